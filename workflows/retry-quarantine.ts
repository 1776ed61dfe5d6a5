import { CancellationScope, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type { SyncCounts } from '../model/sync.ts';
import { controlActivities, described } from './activity-proxies.ts';
import type { SyncInput } from './contract.ts';
import { executionRef } from './execution-ref.ts';
import { summarizeFailure, toWorkflowFailure } from './failures.ts';

/** Fetches the quarantined records of a stream again, one by one, and stores what has become good. */
export async function retryQuarantine(input: SyncInput): Promise<SyncCounts> {
  const { connectionId, streamId, entity } = input;
  const execution = executionRef({ connectionId, entity }, input.carry);
  try {
    const { step } = await controlActivities.retryQuarantine.executeWithOptions(
      ...described(`Fetch quarantined ${entity.replaceAll('_', ' ')} records again`, {
        execution,
        connectionId,
        streamId,
      }),
    );
    await controlActivities.closeExecution.executeWithOptions(
      ...described('Record the end', { execution, state: 'completed', counts: { ...step } }),
    );
    return step;
  } catch (error) {
    const summary = summarizeFailure(error);
    setCurrentDetails(`Failed: \`${summary.code}\` ${summary.message}`);
    const state = isCancellation(error) ? 'cancelled' : 'failed';
    await CancellationScope.nonCancellable(() =>
      controlActivities.closeExecution.executeWithOptions(
        ...described(`Record that it ${state}`, { execution, state, error: summary }),
      ),
    );
    throw toWorkflowFailure(error);
  }
}
