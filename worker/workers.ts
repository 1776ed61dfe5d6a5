import { type NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import type { Logger } from '../platform/logging/logger.ts';
import { taskQueues } from '../workflows/contract.ts';
import { attemptRecorder } from './interceptors/attempt-recorder.ts';
import { failureInterceptor } from './interceptors/failure.ts';

export interface WorkersOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workflowBundle: WorkflowBundle | { codePath: string };
  readonly dependencies: Dependencies;
  readonly logger: Logger;
  readonly identity: string;
  readonly syncStepsMax: number;
  readonly controlStepsMax: number;
  readonly shutdownGraceMs: number;
}

const shutdownForceMs = 10_000;

/** One worker a task queue, so that bulk reads never take the slots of short work. */
export async function createWorkers(options: WorkersOptions): Promise<Worker[]> {
  const { connection, namespace, identity } = options;
  const shared = {
    connection,
    namespace,
    identity,
    shutdownGraceTime: options.shutdownGraceMs,
    shutdownForceTime: options.shutdownGraceMs + shutdownForceMs,
  };
  const recorder = attemptRecorder({
    database: options.dependencies.database,
    logger: options.logger,
    worker: identity,
  });
  const activities = {
    ...shared,
    activities: createActivities(options.dependencies),
    interceptors: {
      activity: [
        (context: Parameters<typeof recorder>[0]) => ({ inbound: recorder(context) }),
        (context: Parameters<typeof recorder>[0]) => ({ inbound: failureInterceptor(context) }),
      ],
    },
  };
  return Promise.all([
    Worker.create({ ...shared, taskQueue: taskQueues.workflow, workflowBundle: options.workflowBundle }),
    Worker.create({
      ...activities,
      taskQueue: taskQueues.sync,
      maxConcurrentActivityTaskExecutions: options.syncStepsMax,
    }),
    Worker.create({
      ...activities,
      taskQueue: taskQueues.control,
      maxConcurrentActivityTaskExecutions: options.controlStepsMax,
    }),
  ]);
}

/** Runs workers until one of them ends or all are shut down; an error of one shuts the others down and is thrown. */
export async function runWorkers(workers: readonly Worker[]): Promise<void> {
  const stopAll = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const runs = workers.map((worker) => worker.run().finally(stopAll));
  const results = await Promise.allSettled(runs);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
