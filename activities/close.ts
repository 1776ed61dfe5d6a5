import type { ErrorSummary } from '../model/errors/flows-error.ts';
import type { JsonObject } from '../model/json.ts';
import type { ExecutionState, SyncMode } from '../model/sync.ts';
import { failConnection } from '../store/connections.ts';
import { endExecution } from '../store/executions.ts';
import { failRun } from '../store/runs.ts';
import type { Dependencies } from './dependencies.ts';
import type { ExecutionRef } from './execution-ref.ts';
import { startPending } from './sync/start-pending.ts';

export interface CloseSyncInput {
  readonly execution: ExecutionRef;
  readonly streamId: string;
  readonly state: 'failed' | 'cancelled';
  readonly error: ErrorSummary | null;
}

/** Records that a sync failed or was cancelled: on its stream, its request and its execution. Keeps the checkpoint. */
export async function closeSync(
  dependencies: Dependencies,
  { execution, streamId, state, error }: CloseSyncInput,
): Promise<void> {
  const mode = modes.get(execution.kind);
  const holder = { workflowId: execution.workflowId, runId: execution.firstRunId };
  await failRun(dependencies.database, streamId, {
    executionId: execution.id,
    state,
    error,
    ...(mode && { planned: { holder, mode } }),
  });
  await startPending(dependencies, streamId);
}

/** What a workflow of a kind was to do. */
const modes: ReadonlyMap<string, SyncMode> = new Map([
  ['initialSync', 'full'],
  ['incrementalSync', 'incremental'],
  ['reconcile', 'reconcile'],
]);

export interface CloseConnectInput {
  readonly execution: ExecutionRef;
  readonly connectionId: string;
  readonly error: ErrorSummary;
}

/** Records that connecting failed. */
export async function closeConnect(
  { database }: Dependencies,
  { execution, connectionId, error }: CloseConnectInput,
): Promise<void> {
  await failConnection(database, connectionId, error);
  await endExecution(database, execution.id, { state: 'failed', error });
}

export interface CloseExecutionInput {
  readonly execution: ExecutionRef;
  readonly state: Exclude<ExecutionState, 'running'>;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly error?: ErrorSummary;
  readonly counts?: JsonObject;
}

/** Records how an execution ended that has nothing else to end. */
export function closeExecution(
  { database }: Dependencies,
  { execution, state, ...end }: CloseExecutionInput,
): Promise<void> {
  const counts = { ...end.counts, ...(end.reason !== undefined && { reason: end.reason }) };
  return endExecution(database, execution.id, { state, error: end.error ?? null, counts });
}
