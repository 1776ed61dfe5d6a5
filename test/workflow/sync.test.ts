import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailure as Failure, CancelledFailure, WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyncStepResult } from '../../activities/sync/step.ts';
import { noCounts } from '../../model/sync.ts';
import { type SyncInput, type SyncResult, taskQueues, workflowIds } from '../../workflows/contract.ts';
import type { FakeCall, Fakes } from '../support/fake-activities.ts';
import { openTimeSkipping, type TimeSkipping } from '../support/time-skipping.ts';
import { waitFor } from '../support/world.ts';

const counts = { ...noCounts, read: 7, created: 7, pages: 1 };
const more: SyncStepResult = { state: 'more', counts, step: counts, timings: {} };
const done: SyncStepResult = { state: 'done', outcome: 'completed', counts, step: noCounts, timings: {} };
const hourMs = 3_600_000;

type SyncWorkflow = 'initialSync' | 'incrementalSync' | 'reconcile';
const modes = { initialSync: 'full', incrementalSync: 'incremental', reconcile: 'reconcile' } as const;
const workflows = Object.keys(modes) as SyncWorkflow[];

describe('the loop of bounded steps', () => {
  let world: TimeSkipping;
  let connections = 0;

  beforeAll(async () => {
    world = await openTimeSkipping();
  });
  afterAll(() => world?.close());

  /** Starts a sync whose steps answer with `results` in turn, and whose other activities are `fakes`. */
  async function start(workflow: SyncWorkflow, results: (SyncStepResult | Error)[], fakes: Fakes = {}) {
    const connectionId = `connection-${++connections}.`;
    const left = [...results];
    const calls = world.fake(connectionId, {
      async syncStep() {
        const result = left.shift();
        if (!result) throw ApplicationFailure.nonRetryable('the test has no more results', 'internal');
        if (result instanceof Error) throw result;
        return result;
      },
      ...fakes,
    });
    const input: SyncInput = { v: 1, connectionId, streamId: 'stream-1', entity: 'vendor', system: 'sandbox' };
    const handle = await world.client.workflow.start<(given: SyncInput) => Promise<SyncResult>>(workflow, {
      workflowId: workflowIds.sync(connectionId, 'vendor'),
      taskQueue: taskQueues.workflow,
      args: [input],
    });
    return { handle, calls, connectionId };
  }

  it.each(workflows)(
    '%s runs steps of its mode until one is done, and gives what that one counted',
    async (workflow) => {
      const { handle, calls, connectionId } = await start(workflow, [more, more, done]);
      expect(await handle.result()).toEqual({ outcome: 'completed', mode: modes[workflow], counts });
      expect(namesOf(calls)).toEqual(['syncStep', 'syncStep', 'syncStep']);
      expect(calls[2]?.input).toMatchObject({ connectionId, streamId: 'stream-1', mode: modes[workflow] });
      expect(new Set(calls.map(({ input }) => input.execution?.id)).size).toBe(1);
    },
  );

  it('says partial where the step did', async () => {
    const { handle } = await start('incrementalSync', [{ ...done, outcome: 'partial' }]);
    expect(await handle.result()).toMatchObject({ outcome: 'partial' });
  });

  it('sleeps outside of the activity for as long as a step says, and then goes on', async () => {
    const wait: SyncStepResult = { state: 'wait', waitMs: 5 * hourMs, reason: 'rate limit of the system' };
    const { handle, calls } = await start('incrementalSync', [wait, done]);
    expect(await handle.result()).toMatchObject({ outcome: 'completed' });
    const [first, second] = calls;
    const waitedMs = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(5 * hourMs);
    expect(waitedMs).toBeLessThan(6 * hourMs);
  });

  it('an incremental sync that finds the stream held ends skipped, says who holds it and closes its execution', async () => {
    const { handle, calls } = await start('incrementalSync', [{ state: 'busy', holder: 'sync/other' }]);
    expect(await handle.result()).toEqual({
      outcome: 'skipped',
      mode: 'incremental',
      reason: expect.stringContaining('sync/other'),
    });
    expect(namesOf(calls)).toEqual(['syncStep', 'closeExecution']);
    expect(calls[1]?.input).toMatchObject({ state: 'skipped', reason: expect.stringContaining('sync/other') });
  });

  it.each(['initialSync', 'reconcile'] as const)(
    '%s waits its turn when it finds the stream held',
    async (workflow) => {
      const busy: SyncStepResult = { state: 'busy', holder: 'sync/other' };
      const { handle, calls } = await start(workflow, [busy, busy, busy, done]);
      expect(await handle.result()).toMatchObject({ outcome: 'completed' });
      expect(namesOf(calls)).toEqual(['syncStep', 'syncStep', 'syncStep', 'syncStep']);
    },
  );

  it('ends skipped with the reason of a step that may not run', async () => {
    const { handle, calls } = await start('initialSync', [{ state: 'skipped', reason: 'the stream is paused' }]);
    expect(await handle.result()).toEqual({ outcome: 'skipped', mode: 'full', reason: 'the stream is paused' });
    expect(calls[1]).toMatchObject({ name: 'closeExecution', input: { state: 'skipped' } });
  });

  it('a failed step closes the run with its code, and the workflow fails with that code as its type', async () => {
    const failure = ApplicationFailure.nonRetryable('the login was refused', 'authentication_failed', {
      upstream: { code: 'bad_credentials' },
    });
    const { handle, calls } = await start('incrementalSync', [failure]);
    expect(await failureOf(handle.result())).toMatchObject({ type: 'authentication_failed' });
    expect(calls[1]).toMatchObject({
      name: 'closeSync',
      input: {
        streamId: 'stream-1',
        state: 'failed',
        error: {
          code: 'authentication_failed',
          message: 'the login was refused',
          upstream: { code: 'bad_credentials' },
        },
      },
    });
  });

  it('a type that is no code of ours becomes internal', async () => {
    const { handle, calls } = await start('reconcile', [ApplicationFailure.nonRetryable('odd', 'TypeError')]);
    expect(await failureOf(handle.result())).toMatchObject({ type: 'internal', message: 'odd' });
    expect(calls[1]?.input).toMatchObject({ state: 'failed', error: { code: 'internal' } });
  });

  it('cancelled while it waits, it closes the run as cancelled and takes no further step', async () => {
    const wait: SyncStepResult = { state: 'wait', waitMs: 5 * hourMs, reason: 'rate limit of the system' };
    const { handle, calls } = await start('initialSync', [wait]);
    await waitFor(async () => (calls.length > 0 ? true : null));
    await handle.cancel();
    const error = await handle.result().catch((reason: unknown) => reason);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    expect(namesOf(calls)).toEqual(['syncStep', 'closeSync']);
    expect(calls[1]?.input).toMatchObject({ streamId: 'stream-1', state: 'cancelled', error: null });
  });

  it('continues as new after the turns that a history has room for, as the same execution', async () => {
    const { handle, calls } = await start('initialSync', [...Array<SyncStepResult>(200).fill(more), done]);
    expect(await handle.result()).toMatchObject({ outcome: 'completed' });
    expect(calls).toHaveLength(201);
    expect(new Set(calls.map(({ input }) => input.execution?.id)).size).toBe(1);
    const newest = await world.client.workflow.getHandle(handle.workflowId).describe();
    expect(newest.runId).not.toBe(handle.firstExecutionRunId);
  });

  it('D1 a history of nothing but waits keeps below 2,000 events', async () => {
    const wait: SyncStepResult = { state: 'wait', waitMs: hourMs, reason: 'rate limit of the system' };
    const { handle } = await start('incrementalSync', [...Array<SyncStepResult>(151).fill(wait), done]);
    expect(await handle.result()).toMatchObject({ outcome: 'completed' });
    const first = world.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
    const { events } = await first.fetchHistory();
    expect(events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    expect(events?.length).toBeLessThan(2_000);
  });
});

function namesOf(calls: readonly FakeCall[]): string[] {
  return calls.map(({ name }) => name);
}

async function failureOf(result: Promise<unknown>): Promise<Failure> {
  const error = await result.then(
    () => new Error('the workflow did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof WorkflowFailedError && error.cause instanceof Failure) return error.cause;
  throw error;
}
