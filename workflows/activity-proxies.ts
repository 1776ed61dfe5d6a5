import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { taskQueues } from './contract.ts';

/** A store that is down is waited for; what else may be tried again, and how often, the failure interceptor decides. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 1_000 } as const;

/**
 * The arguments of an activity call that says what it does: in the Temporal Web UI as the summary, and in the activity's
 * argument, from where it reaches the recorded step.
 */
export function described<const T extends object>(
  summary: string,
  input: T,
): [options: { summary: string }, args: [T & { summary: string }]] {
  return [{ summary }, [{ ...input, summary }]];
}

/** Bulk work. A dead worker is noticed by its missing heartbeat. */
export const syncActivities = proxyActivities<Pick<Activities, 'syncStep'>>({
  taskQueue: taskQueues.sync,
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '15s',
  retry,
});

/** Short work. */
export const controlActivities = proxyActivities<Omit<Activities, 'syncStep'>>({
  taskQueue: taskQueues.control,
  startToCloseTimeout: '2 minutes',
  retry,
});
