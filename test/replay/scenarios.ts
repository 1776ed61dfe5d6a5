import { ApplicationFailure } from '@temporalio/activity';
import type { SyncStepResult } from '../../activities/sync/step.ts';
import { noCounts } from '../../model/sync.ts';
import { type ConnectInput, type SyncInput, workflowIds } from '../../workflows/contract.ts';
import { cancelledHere, type Fakes } from '../support/fake-activities.ts';
import { createGate, type Gate } from '../support/gate.ts';

/** A workflow execution whose history is worth keeping: each way through the code of a workflow once. */
export interface Scenario {
  /** The workflow's type and what happens to it; also the name of the file. */
  readonly name: string;
  readonly workflow: string;
  readonly workflowId: string;
  readonly input: object;
  readonly fakes: Fakes;
  /** Given where it is cancelled once its first activity was called; opened when that has been asked for. */
  readonly cancelled?: Gate;
}

const counts = { ...noCounts, read: 7, created: 5, unchanged: 2, pages: 1 };
const more: SyncStepResult = { state: 'more', counts, step: counts, timings: { source_ms: 3 } };
const done: SyncStepResult = { state: 'done', outcome: 'completed', counts, step: noCounts, timings: {} };
const partial: SyncStepResult = { ...done, outcome: 'partial' };
const wait: SyncStepResult = { state: 'wait', waitMs: 100, reason: 'rate limit of the system' };
const longWait: SyncStepResult = { ...wait, waitMs: 3_600_000 };
const busy: SyncStepResult = { state: 'busy', holder: 'sync/conn_0/vendor' };
const skipped: SyncStepResult = { state: 'skipped', reason: 'the stream is paused' };
const refused = ApplicationFailure.nonRetryable('The login was refused.', 'authentication_failed', {
  upstream: { code: 'bad_credentials' },
});
/** More steps than a run takes before it continues as new. */
const manySteps: readonly SyncStepResult[] = [...Array<SyncStepResult>(150).fill(more), done];

const streams = [
  { streamId: 'strm_1', entity: 'vendor' },
  { streamId: 'strm_2', entity: 'item' },
] as const;

export const scenarios: readonly Scenario[] = [
  connect('completed', {}),
  connect('failed', { checkConnection: () => Promise.reject(refused) }),
  cancelled((stop) => connect('cancelled', { checkConnection: stop })),
  sync('initialSync', 'several-steps', [more, more, done]),
  sync('initialSync', 'partial', [partial]),
  sync('initialSync', 'waiting', [wait, more, wait, done]),
  sync('initialSync', 'waiting-its-turn', [busy, done]),
  sync('initialSync', 'skipped', [skipped]),
  sync('initialSync', 'failed', [more, refused]),
  cancelled(() => sync('initialSync', 'cancelled', [longWait])),
  sync('initialSync', 'continued-as-new', manySteps),
  sync('incrementalSync', 'unchanged', [done]),
  sync('incrementalSync', 'several-steps', [more, done]),
  sync('incrementalSync', 'waiting', [wait, done]),
  sync('incrementalSync', 'stream-held', [busy]),
  sync('incrementalSync', 'failed', [refused]),
  sync('reconcile', 'several-steps', [more, done]),
  sync('reconcile', 'waiting-its-turn', [busy, done]),
  sync('reconcile', 'failed', [refused]),
  retryQuarantine('completed', { retryQuarantine: async () => ({ step: counts }) }),
  retryQuarantine('failed', { retryQuarantine: () => Promise.reject(refused) }),
  cancelled((stop) => retryQuarantine('cancelled', { retryQuarantine: stop })),
  {
    name: 'chore-align',
    workflow: 'chore',
    workflowId: workflowIds.chore('align'),
    input: { v: 1, name: 'align' },
    fakes: { runChore: async () => ({ schedules: 1 }) },
  },
];

/** A scenario that is cancelled; `stop` is an activity that runs until then. */
function cancelled(scenarioOf: (stop: () => Promise<never>) => Scenario): Scenario {
  const gate = createGate();
  const stop = async () => {
    await gate.opened;
    return cancelledHere();
  };
  return { ...scenarioOf(stop), cancelled: gate };
}

function connect(name: string, fakes: Fakes): Scenario {
  const connectionId = `conn_connect_${name}`;
  const input: ConnectInput = { v: 1, connectionId, system: 'sandbox' };
  const workflowId = workflowIds.connect(connectionId);
  const standing: Fakes = { checkConnection: async () => ({ streams }), syncStep: async () => done };
  return {
    name: `connect-${name}`,
    workflow: 'connect',
    workflowId,
    input,
    fakes: { ...standing, ...fakes },
  };
}

function sync(
  workflow: 'initialSync' | 'incrementalSync' | 'reconcile',
  name: string,
  results: readonly (SyncStepResult | Error)[],
): Scenario {
  const connectionId = `conn_${workflow}_${name}`;
  const left = [...results];
  const syncStep = async (): Promise<SyncStepResult> => {
    const result = left.shift();
    if (result === undefined || result instanceof Error) throw result ?? new Error('the scenario has no more results');
    return result;
  };
  const workflowId = workflowIds.sync(connectionId, 'vendor');
  return {
    name: `${workflow}-${name}`,
    workflow,
    workflowId,
    input: syncInput(connectionId),
    fakes: { syncStep },
  };
}

function retryQuarantine(name: string, fakes: Fakes): Scenario {
  const connectionId = `conn_quarantine_${name}`;
  const workflowId = workflowIds.retryQuarantine(connectionId, 'vendor');
  const input = syncInput(connectionId);
  return { name: `retryQuarantine-${name}`, workflow: 'retryQuarantine', workflowId, input, fakes };
}

function syncInput(connectionId: string): SyncInput {
  return { v: 1, connectionId, streamId: 'strm_1', entity: 'vendor', system: 'sandbox', requestId: 'req_1' };
}
