import { ApplicationFailure } from '@temporalio/activity';
import { CancelledFailure, type WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noCounts } from '../../model/sync.ts';
import { type ConnectInput, type ConnectResult, taskQueues, workflowIds } from '../../workflows/contract.ts';
import { cancelledHere, type Fakes } from '../support/fake-activities.ts';
import { createGate } from '../support/gate.ts';
import { openTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';
import { waitFor } from '../support/world.ts';

const streams = [
  { streamId: 'stream-1', entity: 'vendor' },
  { streamId: 'stream-2', entity: 'item' },
] as const;

describe('connecting', () => {
  let world: TimeSkipping;
  let connections = 0;

  beforeAll(async () => {
    world = await openTimeSkipping();
  });
  afterAll(() => world?.close());

  async function start(fakes: Fakes) {
    const connectionId = `connection-${++connections}.`;
    const calls = world.fake(connectionId, {
      checkConnection: async () => ({ streams }),
      syncStep: async () => ({ state: 'done', outcome: 'completed', counts: noCounts, step: noCounts, timings: {} }),
      ...fakes,
    });
    const handle = await world.client.workflow.start<(input: ConnectInput) => Promise<ConnectResult>>('connect', {
      workflowId: workflowIds.connect(connectionId),
      taskQueue: taskQueues.workflow,
      args: [{ v: 1, connectionId, system: 'sandbox' }],
    });
    return { handle, calls, connectionId };
  }

  it('checks, makes the schedules, starts one initial sync a stream, and closes its execution', async () => {
    const { handle, calls, connectionId } = await start({});
    expect(await handle.result()).toEqual({ streams: 2 });
    const own = calls.filter(({ input }) => input.execution?.id === calls[0]?.input.execution?.id);
    expect(own.map(({ name }) => name)).toEqual(['checkConnection', 'ensureSchedules', 'closeExecution']);
    expect(own[2]?.input).toMatchObject({ state: 'completed' });
    for (const { streamId, entity } of streams) {
      const sync = world.client.workflow.getHandle(workflowIds.fullSync(connectionId, entity));
      expect(await sync.result()).toMatchObject({ outcome: 'completed', mode: 'full' });
      expect((await sync.describe()).type).toBe('initialSync');
      expect(calls.filter(({ name, input }) => name === 'syncStep' && input['streamId'] === streamId)).toHaveLength(1);
    }
  });

  it('an initial sync outlives the connect that started it', async () => {
    const wait = { state: 'wait', waitMs: 3_600_000, reason: 'rate limit of the system' } as const;
    const { handle, connectionId } = await start({ syncStep: async () => wait });
    await handle.result();
    const sync = world.client.workflow.getHandle(workflowIds.fullSync(connectionId, 'vendor'));
    expect((await sync.describe()).status.name).toBe('RUNNING');
    for (const { entity } of streams) {
      await world.client.workflow.getHandle(workflowIds.fullSync(connectionId, entity)).terminate();
    }
  });

  it('a full sync that runs already is left to do the same', async () => {
    const wait = { state: 'wait', waitMs: 3_600_000, reason: 'rate limit of the system' } as const;
    const first = await start({ syncStep: async () => wait });
    await first.handle.result();
    const again = await world.client.workflow.start('connect', {
      workflowId: workflowIds.connect(first.connectionId),
      taskQueue: taskQueues.workflow,
      args: [{ v: 1, connectionId: first.connectionId, system: 'sandbox' }],
    });
    expect(await again.result()).toEqual({ streams: 2 });
    for (const { entity } of streams) {
      await world.client.workflow.getHandle(workflowIds.fullSync(first.connectionId, entity)).terminate();
    }
  });

  it.each(['checkConnection', 'ensureSchedules'] as const)(
    'a failed %s fails the connection and the workflow with its code, and starts no sync',
    async (activity) => {
      const { handle, calls, connectionId } = await start({
        [activity]: async () => {
          throw ApplicationFailure.nonRetryable('the login was refused', 'authentication_failed');
        },
      });
      const error = await handle.result().catch((reason: unknown) => reason);
      expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'authentication_failed' });
      expect(calls.at(-1)).toMatchObject({
        name: 'closeConnect',
        input: { connectionId, error: { code: 'authentication_failed', message: 'the login was refused' } },
      });
      const sync = world.client.workflow.getHandle(workflowIds.fullSync(connectionId, 'vendor'));
      await expect(sync.describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
    },
  );

  it('cancelled, it still records that it did not connect', async () => {
    const gate = createGate();
    const { handle, calls, connectionId } = await start({
      async checkConnection() {
        await gate.opened;
        return cancelledHere();
      },
    });
    await waitFor(async () => (calls.length > 0 ? true : null));
    await handle.cancel();
    gate.open();
    const error = await handle.result().catch((reason: unknown) => reason);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(calls.at(-1)).toMatchObject({ name: 'closeConnect', input: { connectionId } });
  });
});
