import { type Selectable, sql } from 'kysely';
import type { ErrorSummary } from '../model/errors/flows-error.ts';
import type { JsonObject } from '../model/json.ts';
import type { ExecutionState } from '../model/sync.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';
import { toStoredText } from './stored-text.ts';

export type ExecutionRow = Selectable<Schema['execution']>;
export type AttemptRow = Selectable<Schema['attempt']>;

export interface NewExecution {
  readonly id: string;
  readonly workflowId: string;
  readonly firstRunId: string;
  readonly kind: string;
  readonly connectionId: string | null;
  readonly entity: string | null;
  readonly startedAt: string;
}

/** One attempt of a step: identified within its execution by run, activity and number. */
export interface AttemptKey {
  readonly executionId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly attempt: number;
}

export interface NewAttempt extends AttemptKey {
  readonly name: string;
  readonly summary: string | null;
  readonly taskQueue: string;
  readonly worker: string;
  readonly queueMs: number;
}

/**
 * Records that an attempt starts, and its execution with the first one. An earlier attempt that never ended is lost. Gives
 * whether a later one has started since this one was due: then nobody waits for it. (A person who resets an activity
 * makes its attempts count from 1 again.)
 */
export async function startAttempt(
  database: Database,
  execution: NewExecution,
  attempt: NewAttempt,
): Promise<{ isSuperseded: boolean }> {
  const { rows } = await stored(
    database.pool.query<{ superseded: boolean }>(startAttemptSql, [
      execution.id,
      execution.workflowId,
      execution.firstRunId,
      execution.kind,
      execution.connectionId,
      execution.entity,
      execution.startedAt,
      attempt.runId,
      attempt.activityId,
      attempt.attempt,
      attempt.name,
      attempt.summary,
      attempt.taskQueue,
      attempt.worker,
      attempt.queueMs,
    ]),
  );
  return { isSuperseded: rows[0]?.superseded === true };
}

const startAttemptSql = `
  with made as (
    insert into execution (id, workflow_id, first_run_id, kind, connection_id, entity, started_at) values ($1, $2, $3, $4, $5, $6, $7)
    on conflict do nothing
  ),
  lost as (
    update attempt set outcome = 'lost', ended_at = clock_timestamp()
    where execution_id = $1 and run_id = $8 and activity_id = $9 and attempt < $10 and ended_at is null
  ),
  started as (
    insert into attempt (execution_id, run_id, activity_id, attempt, name, summary, task_queue, worker, queue_ms, started_at)
    values ($1, $8, $9, $10, $11, $12, $13, $14, $15, clock_timestamp()) on conflict do nothing
  )
  select exists (
    select from attempt where execution_id = $1 and run_id = $8 and activity_id = $9 and attempt > $10
      and started_at > clock_timestamp() - $15 * interval '1 millisecond'
  ) as superseded`;

export interface AttemptEnd {
  readonly outcome: 'completed' | 'failed' | 'cancelled';
  readonly error: ErrorSummary | null;
  readonly counts: object;
  readonly timings: object;
}

/** Records how an attempt ended. One that was declared lost and came back keeps what it says now. */
export async function endAttempt(database: Database, key: AttemptKey, end: AttemptEnd): Promise<void> {
  await stored(
    database.query
      .updateTable('attempt')
      .set({
        outcome: end.outcome,
        error_code: end.error?.code ?? null,
        error_message: end.error ? toStoredText(end.error.message) : null,
        counts: JSON.stringify(end.counts),
        timings: JSON.stringify(end.timings),
        ended_at: sql<string>`clock_timestamp()`,
      })
      .where('execution_id', '=', key.executionId)
      .where('run_id', '=', key.runId)
      .where('activity_id', '=', key.activityId)
      .where('attempt', '=', key.attempt)
      .execute(),
  );
}

/** Marks the attempts of a closed execution that never said how they ended. */
export async function loseAttempts(database: Database, executionId: string): Promise<void> {
  await stored(
    database.query
      .updateTable('attempt')
      .set({ outcome: 'lost', ended_at: sql<string>`clock_timestamp()` })
      .where('execution_id', '=', executionId)
      .where('ended_at', 'is', null)
      .execute(),
  );
}

/** Closes an execution that is still open. */
export async function endExecution(
  database: Database,
  executionId: string,
  end: { state: Exclude<ExecutionState, 'running'>; error: ErrorSummary | null; counts?: JsonObject },
): Promise<void> {
  await stored(
    database.query
      .updateTable('execution')
      .set({
        state: end.state,
        error: end.error && JSON.stringify(end.error),
        ended_at: sql<string>`clock_timestamp()`,
        ...(end.counts && { counts: JSON.stringify(end.counts) }),
      })
      .where('id', '=', executionId)
      .where('state', '=', 'running')
      .execute(),
  );
}

/** Executions that are not known to have ended, oldest first. */
export function listOpenExecutions(
  database: Database,
  options: { before: string; limit: number },
): Promise<ExecutionRow[]> {
  return stored(
    database.query
      .selectFrom('execution')
      .selectAll()
      .where('state', '=', 'running')
      .where('started_at', '<', options.before)
      .orderBy('started_at')
      .limit(options.limit)
      .execute(),
  );
}
