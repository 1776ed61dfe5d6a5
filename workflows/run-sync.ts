import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SyncStepResult } from '../activities/sync/step.ts';
import type { SyncCounts, SyncMode } from '../model/sync.ts';
import { controlActivities, described, syncActivities } from './activity-proxies.ts';
import type { SyncInput, SyncResult } from './contract.ts';
import { executionRef } from './execution-ref.ts';
import { summarizeFailure, toWorkflowFailure } from './failures.ts';

/** Steps and waits of one run; then the chain continues as new, so that histories stay under 2,000 events. */
const turnsMax = 150;
const busyWaitMs = 5_000;

export interface SyncOptions {
  readonly mode: SyncMode;
  /** Whether to wait for a stream that another execution holds, or to end as skipped. */
  readonly waitsForTurn: boolean;
  readonly again: (input: SyncInput) => Promise<never>;
}

const stateKey = defineSearchAttributeKey('FlowsState', 'KEYWORD');

/** The loop that initial, incremental and reconcile syncs share: bounded steps until the run is done. */
export async function runSync(input: SyncInput, { mode, waitsForTurn, again }: SyncOptions): Promise<SyncResult> {
  const { connectionId, streamId, entity } = input;
  const execution = executionRef({ connectionId, entity }, input.carry);
  try {
    for (let turn = 0; turn < turnsMax; turn++) {
      const requestId = input.requestId === undefined ? {} : { requestId: input.requestId };
      const [options, args] = described(stepSummary(mode, entity), {
        execution,
        connectionId,
        streamId,
        mode,
        ...requestId,
      });
      // The key is set here and not only on the workflow, since a schedule cannot hand it on.
      const priority = { fairnessKey: connectionId };
      const result = await syncActivities.syncStep.executeWithOptions({ ...options, priority }, args);
      if (result.state === 'done') return finish({ outcome: result.outcome, mode, counts: result.counts });
      if (result.state === 'skipped') return await skip(execution, { mode, reason: result.reason });
      if (result.state === 'busy' && !waitsForTurn) {
        return await skip(execution, { mode, reason: `the stream is held by ${result.holder}` });
      }
      await waitOrReport(result);
    }
  } catch (error) {
    await closeFailed({ execution, streamId }, error);
    throw toWorkflowFailure(error);
  }
  return again({ ...input, carry: { id: execution.id, startedAt: execution.startedAt } });
}

/** Continues a sync workflow as new. */
export function continueSync(input: SyncInput): Promise<never> {
  return continueAsNew<(next: SyncInput) => Promise<SyncResult>>(input);
}

function finish(result: Extract<SyncResult, { counts: SyncCounts }>): SyncResult {
  upsertSearchAttributes([{ key: stateKey, value: result.outcome }]);
  setCurrentDetails(describeCounts(result.outcome, result.counts));
  return result;
}

async function skip(
  execution: ReturnType<typeof executionRef>,
  { mode, reason }: { mode: SyncMode; reason: string },
): Promise<SyncResult> {
  upsertSearchAttributes([{ key: stateKey, value: 'skipped' }]);
  setCurrentDetails(`Skipped: ${reason}.`);
  await controlActivities.closeExecution.executeWithOptions(
    ...described('Record that it was skipped', { execution, state: 'skipped', reason }),
  );
  return { outcome: 'skipped', mode, reason };
}

async function waitOrReport(result: Extract<SyncStepResult, { state: 'more' | 'wait' | 'busy' }>): Promise<void> {
  if (result.state === 'more') {
    setCurrentDetails(describeCounts('running', result.counts));
    return;
  }
  if (result.state === 'busy') {
    setCurrentDetails(`Waiting for ${result.holder}, which holds the stream.`);
    await sleep(busyWaitMs, { summary: 'Wait for the stream' });
    return;
  }
  upsertSearchAttributes([{ key: stateKey, value: 'waiting' }]);
  setCurrentDetails(`Waiting: ${result.reason}.`);
  await sleep(result.waitMs, { summary: `Wait: ${result.reason}` });
  upsertSearchAttributes([{ key: stateKey, value: 'running' }]);
}

async function closeFailed(
  run: { execution: ReturnType<typeof executionRef>; streamId: string },
  error: unknown,
): Promise<void> {
  const state = isCancellation(error) ? 'cancelled' : 'failed';
  upsertSearchAttributes([{ key: stateKey, value: state }]);
  const summary = state === 'failed' ? summarizeFailure(error) : null;
  setCurrentDetails(summary ? `Failed: \`${summary.code}\` ${summary.message}` : 'Cancelled.');
  await CancellationScope.nonCancellable(() =>
    controlActivities.closeSync.executeWithOptions(
      ...described(`Record that the run ${state}`, { ...run, state, error: summary }),
    ),
  );
}

function stepSummary(mode: SyncMode, entity: string): string {
  return `${mode === 'reconcile' ? 'Compare' : 'Read and store'} ${entity.replaceAll('_', ' ')} records`;
}

function describeCounts(state: string, counts: SyncCounts): string {
  const parts = Object.entries(counts).filter(([, value]) => value > 0);
  const lines = parts.map(([name, value]) => `- ${name.replaceAll('_', ' ')}: ${value}`);
  return [`**${state}**`, '', ...(lines.length > 0 ? lines : ['- nothing to read'])].join('\n');
}
