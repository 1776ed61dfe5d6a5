import type { Entity } from '../model/entities/registry.ts';
import type { ErrorSummary } from '../model/errors/flows-error.ts';
import type { ExecutionState, RunKind, RunState, SyncCounts } from '../model/sync.ts';
import { type Database, stored } from './database.ts';

/** What is known of a stream, its last run included. */
export interface StreamStatusRow {
  readonly id: string;
  readonly connection_id: string;
  readonly entity: Entity;
  readonly paused: boolean;
  readonly interval_ms: number | null;
  readonly cron: string | null;
  readonly time_zone: string | null;
  readonly watermark: string | null;
  readonly initial_completed_at: string | null;
  readonly last_success_at: string | null;
  readonly run_execution_id: string | null;
  readonly run_kind: RunKind | null;
  readonly run_state: RunState | null;
  readonly run_started_at: string | null;
  readonly run_ended_at: string | null;
  readonly run_counts: Partial<SyncCounts>;
  readonly run_error: ErrorSummary | null;
  /** Null where no attempt of the run's execution was recorded. */
  readonly execution_state: ExecutionState | null;
  readonly has_pending_request: boolean;
  /** Records that are stored and not deleted. */
  readonly records: number;
  readonly quarantined: number;
}

/** The streams of connections with what a status shows of them, in no particular order. */
export async function readStreamStatuses(
  database: Database,
  connectionIds: readonly string[],
): Promise<StreamStatusRow[]> {
  const { rows } = await stored(database.pool.query<StreamStatusRow>(streamStatusesSql, [connectionIds]));
  return rows;
}

const streamStatusesSql = `
  with alive as (
    select lineage_id, entity, count(*) as records from record
    where deleted_at is null and lineage_id in (select lineage_id from connection where id = any($1))
    group by lineage_id, entity
  )
  select s.id, s.connection_id, s.entity, s.paused, s.interval_ms, s.cron, s.time_zone, s.watermark, s.initial_completed_at,
    s.last_success_at, s.run_execution_id, s.run_kind, s.run_state, s.run_started_at, s.run_ended_at, s.run_counts, s.run_error,
    e.state as execution_state,
    exists (select from sync_request q where q.stream_id = s.id and q.state = 'pending') as has_pending_request,
    coalesce(a.records, 0) as records,
    (select count(*) from quarantine q where q.stream_id = s.id and q.resolved_at is null) as quarantined
  from stream s
  left join execution e on e.id = s.run_execution_id
  left join alive a on a.lineage_id = s.lineage_id and a.entity = s.entity
  where s.connection_id = any($1)`;
