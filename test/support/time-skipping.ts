import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { processEnvironment } from '../../platform/config/config.ts';
import { findTimeSkippingServer } from '../../platform/local/time-skipping-server.ts';
import { runWorkers } from '../../worker/workers.ts';
import { searchAttributeNames, taskQueues } from '../../workflows/contract.ts';
import { createFakeActivities, type FakeActivities } from './fake-activities.ts';
// Quiets the SDK's log, which may be done once per process.
import './world.ts';

/** The real workflows with fake activities, on a server that skips the time in which nothing happens. */
export interface TimeSkipping extends Pick<FakeActivities, 'fake'> {
  /** Time is skipped while a result is awaited; until then it runs as usual. */
  readonly client: Client;
  close(): Promise<void>;
}

const keywordType = 2;

/** Starts a time-skipping server of the caller's own, and a worker of each task queue. */
export async function openTimeSkipping(): Promise<TimeSkipping> {
  const { cacheDir, workflowBundlePath } = inject('servers');
  const environment = processEnvironment();
  const path = await findTimeSkippingServer({ cacheDir, environment, onProgress: console.error });
  const server = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  // This server cannot list attributes, so they are added without asking.
  await server.connection.operatorService.addSearchAttributes({
    namespace: server.client.options.namespace,
    searchAttributes: Object.fromEntries(searchAttributeNames.map((name) => [name, keywordType])),
  });
  const { activities, fake } = createFakeActivities();
  const shared = { connection: server.nativeConnection, namespace: server.client.options.namespace };
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: taskQueues.workflow, workflowBundle: { codePath: workflowBundlePath } }),
    Worker.create({ ...shared, taskQueue: taskQueues.sync, activities }),
    Worker.create({ ...shared, taskQueue: taskQueues.control, activities }),
  ]);
  const running = runWorkers(workers);
  return {
    client: server.client,
    fake,
    async close() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await server.teardown();
    },
  };
}
