import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { ExecutionState } from '../model/sync.ts';

/** An execution by its workflow id and the run id of its first run. */
export interface ExecutionHandle {
  readonly workflowId: string;
  readonly runId: string;
}

export type ClosedState = Exclude<ExecutionState, 'running' | 'partial' | 'skipped'>;

const closedStates: Readonly<Record<string, ClosedState>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

/**
 * How Temporal closed an execution; null while it runs. A chain that was continued as new is known by its newest run; one
 * that Temporal no longer knows, or that another execution has followed, cannot be told and counts as terminated.
 */
export async function closedState(client: Client, { workflowId, runId }: ExecutionHandle): Promise<ClosedState | null> {
  try {
    const newest = await client.workflow.getHandle(workflowId).describe();
    const isSame = (newest.raw.workflowExecutionInfo?.firstRunId ?? newest.runId) === runId;
    const run = isSame ? newest : await client.workflow.getHandle(workflowId, runId).describe();
    if (isSame && run.status.name === 'RUNNING') return null;
    return closedStates[run.status.name] ?? 'terminated';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'terminated';
    throw error;
  }
}

/** Whether an execution is proven closed. An engine that does not answer proves nothing. */
export async function isClosed(client: Client, execution: ExecutionHandle): Promise<boolean> {
  try {
    return (await closedState(client, execution)) !== null;
  } catch {
    return false;
  }
}
