import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { taskQueues } from './contract.ts';

/** A store that is down is waited for; what else may be tried again, and how often, the failure interceptor decides. */
const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s', maximumAttempts: 1_000 } as const;

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
