import { ApplicationFailure } from '@temporalio/activity';
import { CancelledFailure, type WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noCounts } from '../../model/sync.ts';
import { type SyncInput, taskQueues, workflowIds } from '../../workflows/contract.ts';
import { cancelledHere, type Fakes } from '../support/fake-activities.ts';
import { createGate } from '../support/gate.ts';
import { openTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';
import { waitFor } from '../support/world.ts';

const step = { ...noCounts, read: 3, changed: 3 };

describe('workflows of one activity', () => {
  let world: TimeSkipping;
  let connections = 0;

  beforeAll(async () => {
    world = await openTimeSkipping();
  });
  afterAll(() => world?.close());

  async function retryQuarantine(fakes: Fakes) {
    const connectionId = `connection-${++connections}.`;
    const calls = world.fake(connectionId, fakes);
    const input: SyncInput = { v: 1, connectionId, streamId: 'stream-1', entity: 'vendor', system: 'sandbox' };
    const handle = await world.client.workflow.start('retryQuarantine', {
      workflowId: workflowIds.retryQuarantine(connectionId, 'vendor'),
      taskQueue: taskQueues.workflow,
      args: [input],
    });
    return { handle, calls };
  }

  it('a retry of the quarantine gives what came of it and closes its execution with these counts', async () => {
    const { handle, calls } = await retryQuarantine({ retryQuarantine: async () => ({ step }) });
    expect(await handle.result()).toEqual(step);
    expect(calls[0]?.input).toMatchObject({ streamId: 'stream-1' });
    expect(calls[1]).toMatchObject({ name: 'closeExecution', input: { state: 'completed', counts: step } });
  });

  it('a retry of the quarantine that fails closes its execution with the code', async () => {
    const { handle, calls } = await retryQuarantine({
      retryQuarantine: async () => {
        throw ApplicationFailure.nonRetryable('the system is down', 'system_unreachable');
      },
    });
    const error = await handle.result().catch((reason: unknown) => reason);
    expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'system_unreachable' });
    expect(calls[1]).toMatchObject({
      name: 'closeExecution',
      input: { state: 'failed', error: { code: 'system_unreachable', message: 'the system is down' } },
    });
  });

  it('a retry of the quarantine that is cancelled closes its execution as cancelled', async () => {
    const gate = createGate();
    const { handle, calls } = await retryQuarantine({
      async retryQuarantine() {
        await gate.opened;
        return cancelledHere();
      },
    });
    await waitFor(async () => (calls.length > 0 ? true : null));
    await handle.cancel();
    gate.open();
    const error = await handle.result().catch((reason: unknown) => reason);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(calls.at(-1)).toMatchObject({ name: 'closeExecution', input: { state: 'cancelled' } });
  });

  it('an activity that fails and may be tried again is tried again', async () => {
    let attempts = 0;
    const { handle } = await retryQuarantine({
      async retryQuarantine() {
        if (++attempts < 3) throw ApplicationFailure.retryable('the store is down', 'store_unavailable');
        return { step };
      },
    });
    expect(await handle.result()).toEqual(step);
    expect(attempts).toBe(3);
  });

  it('a chore does the round that it is named after', async () => {
    const calls = world.fake('chore/prune', { runChore: async () => ({ events: 4 }) });
    const handle = await world.client.workflow.start('chore', {
      workflowId: workflowIds.chore('prune'),
      taskQueue: taskQueues.workflow,
      args: [{ v: 1, name: 'prune' }],
    });
    expect(await handle.result()).toEqual({ events: 4 });
    expect(calls).toMatchObject([{ name: 'runChore', input: { name: 'prune' } }]);
  });
});
