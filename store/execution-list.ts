import { sql } from 'kysely';
import type { ExecutionState } from '../model/sync.ts';
import { type Database, stored } from './database.ts';
import type { AttemptRow, ExecutionRow } from './executions.ts';

/** Where a page of executions starts: after this one. */
export interface ExecutionPosition {
  readonly startedAt: string;
  readonly id: string;
}

export interface ExecutionQuery {
  readonly connectionId?: string;
  readonly entity?: string;
  readonly state?: ExecutionState;
  readonly after?: ExecutionPosition;
  readonly limit: number;
}

/** Executions, newest first. */
export function listExecutions(database: Database, options: ExecutionQuery): Promise<ExecutionRow[]> {
  const { connectionId, entity, state, after, limit } = options;
  return stored(
    database.query
      .selectFrom('execution')
      .selectAll()
      .$if(connectionId !== undefined, (query) => query.where('connection_id', '=', connectionId ?? ''))
      .$if(entity !== undefined, (query) => query.where('entity', '=', entity ?? ''))
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'running'))
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(started_at, id) < (${after?.startedAt}::timestamptz, ${after?.id})`),
      )
      .orderBy('started_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute(),
  );
}

/** An execution by our id, or the newest one of a Temporal workflow id; null where there is none. */
export async function findExecution(database: Database, id: string): Promise<ExecutionRow | null> {
  const row = await stored(
    database.query
      .selectFrom('execution')
      .selectAll()
      .where(({ or, eb }) => or([eb('id', '=', id), eb('workflow_id', '=', id)]))
      .orderBy('started_at', 'desc')
      .executeTakeFirst(),
  );
  return row ?? null;
}

/** The attempts of an execution in the order of their start, at most `limit`. */
export function listAttempts(
  database: Database,
  executionId: string,
  options: { limit: number },
): Promise<AttemptRow[]> {
  return stored(
    database.query
      .selectFrom('attempt')
      .selectAll()
      .where('execution_id', '=', executionId)
      .orderBy('started_at')
      .orderBy('attempt')
      .limit(options.limit)
      .execute(),
  );
}
