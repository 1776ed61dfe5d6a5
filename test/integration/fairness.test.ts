import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { noCounts } from '../../model/sync.ts';
import { taskQueues, workflowIds } from '../../workflows/contract.ts';
import { runWorkers } from '../../worker/workers.ts';
import { createFakeActivities } from '../support/fake-activities.ts';
import { createNamespace } from '../support/namespace.ts';
import { waitFor } from '../support/world.ts';

const many = 200;
/** The server keeps the order between keys approximately. */
const placesMax = 10;

describe('connections that share the workers', () => {
  let client: Client;
  let native: NativeConnection;
  let namespace: string;
  const open: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const { temporalAddress: address } = inject('servers');
    namespace = await createNamespace(address);
    const connection = await Connection.connect({ address });
    native = await NativeConnection.connect({ address });
    client = new Client({ connection, namespace });
    open.push(
      () => connection.close(),
      () => native.close(),
    );
  });
  afterAll(async () => {
    for (const close of open.toReversed()) await close();
  });

  function run(worker: Worker): void {
    const running = runWorkers([worker]);
    open.push(() => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      return running;
    });
  }

  /** Starts a sync and gives its id. */
  async function startSync(connectionId: string, number: number): Promise<string> {
    const workflowId = `${workflowIds.sync(connectionId, 'vendor')}/${number}`;
    const input = { v: 1, connectionId, streamId: `strm_${number}`, entity: 'vendor', system: 'sandbox' };
    await client.workflow.start('incrementalSync', { workflowId, taskQueue: taskQueues.workflow, args: [input] });
    return workflowId;
  }

  /** Waits until the first step of each sync is in the queue. */
  async function queued(workflowIdsOfSyncs: readonly string[]): Promise<void> {
    for (const workflowId of workflowIdsOfSyncs) {
      await waitFor(async () => {
        const { raw } = await client.workflow.getHandle(workflowId).describe();
        return (raw.pendingActivities ?? []).length > 0 ? true : null;
      });
    }
  }

  it('one step of a small connection does not wait behind 200 of a big one', async () => {
    const order: string[] = [];
    const { activities, fake } = createFakeActivities();
    for (const connectionId of ['big', 'small']) {
      fake(connectionId, {
        async syncStep() {
          order.push(connectionId);
          return { state: 'done', outcome: 'completed', counts: noCounts, step: noCounts, timings: {} };
        },
      });
    }
    const shared = { connection: native, namespace };
    const { workflowBundlePath: codePath } = inject('servers');
    run(await Worker.create({ ...shared, taskQueue: taskQueues.workflow, workflowBundle: { codePath } }));
    await queued(await Promise.all(Array.from({ length: many }, (_, number) => startSync('big', number))));
    await queued([await startSync('small', many)]);

    run(
      await Worker.create({
        ...shared,
        taskQueue: taskQueues.sync,
        activities,
        maxConcurrentActivityTaskExecutions: 1,
      }),
    );
    await waitFor(async () => (order.includes('small') ? true : null));
    expect(order.indexOf('small')).toBeLessThan(placesMax);
  });
});
