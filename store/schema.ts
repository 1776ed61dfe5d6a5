import type { ColumnType, Generated } from 'kysely';
import type { Entity } from '../model/entities/registry.ts';
import type { ErrorSummary, Problem } from '../model/errors/flows-error.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type {
  ChangeOrigin,
  ExecutionState,
  Lifecycle,
  RunKind,
  RunState,
  SyncCounts,
  SyncMode,
} from '../model/sync.ts';

/**
 * The tables as TypeScript sees them. Instants are texts in UTC with six digits; bigint columns are numbers (they count,
 * and stay far below 2^53); JSON columns are parsed when read and given as text when written.
 */
export interface Schema {
  connection: ConnectionTable;
  stream: StreamTable;
  record: RecordTable;
  scan: ScanTable;
  scan_seen: { scan_id: string; record_id: string };
  quarantine: QuarantineTable;
  outbox: OutboxTable;
  sync_request: SyncRequestTable;
  execution: ExecutionTable;
  attempt: AttemptTable;
}

type JsonColumn<T> = ColumnType<T, string, string>;
type JsonColumnWithDefault<T> = ColumnType<T, string | undefined, string>;
type InstantWithDefault = ColumnType<string, string | undefined, string>;

interface ConnectionTable {
  id: string;
  lineage_id: string;
  system: string;
  name: string;
  environment: ColumnType<'live' | 'test', 'live' | 'test' | undefined, 'live' | 'test'>;
  lifecycle: Lifecycle;
  reach: Generated<'unknown' | 'reached' | 'lost'>;
  auth: Generated<'unknown' | 'valid' | 'failed'>;
  paused: Generated<boolean>;
  settings: JsonColumn<JsonObject>;
  credentials: ColumnType<JsonObject | null, string | null, string | null>;
  profile: JsonColumnWithDefault<JsonObject>;
  fingerprint: string | null;
  system_version: string | null;
  window_days: Generated<number>;
  last_error: ColumnType<ErrorSummary | null, string | null, string | null>;
  created_at: InstantWithDefault;
  updated_at: InstantWithDefault;
}

interface StreamTable {
  id: string;
  connection_id: string;
  lineage_id: string;
  entity: Entity;
  interval_ms: number | null;
  cron: string | null;
  time_zone: string | null;
  paused: Generated<boolean>;
  epoch: Generated<number>;
  holder_workflow_id: string | null;
  holder_run_id: string | null;
  sequence: Generated<number>;
  watermark: string | null;
  initial_completed_at: string | null;
  run_execution_id: string | null;
  run_kind: RunKind | null;
  run_state: RunState | null;
  run_started_at: string | null;
  run_ended_at: string | null;
  run_since: string | null;
  run_source_now: string | null;
  run_stamp_max: string | null;
  run_scan_id: string | null;
  run_request_id: string | null;
  run_counts: JsonColumnWithDefault<Partial<SyncCounts>>;
  run_error: ColumnType<ErrorSummary | null, string | null, string | null>;
  checkpoint: ColumnType<Json | null, string | null, string | null>;
  checkpoint_number: Generated<number>;
  run_fetch_number: Generated<number>;
  last_success_at: string | null;
  created_at: InstantWithDefault;
}

interface RecordTable {
  id: string;
  lineage_id: string;
  connection_id: string;
  entity: Entity;
  remote_id: string;
  data: JsonColumn<JsonObject>;
  raw: JsonColumn<Json>;
  content_hash: string;
  raw_hash: string;
  stamp: string | null;
  version: string | null;
  remote_created_at: string | null;
  remote_updated_at: string | null;
  fetch_number: number;
  sequence: number;
  origin: ChangeOrigin;
  changed_at: InstantWithDefault;
  deleted_at: string | null;
}

interface ScanTable {
  id: string;
  stream_id: string;
  documents_from: string | null;
  start_fetch_number: number;
  state: Generated<'running' | 'whole' | 'held' | 'broken'>;
  candidates: number | null;
  created_at: InstantWithDefault;
  ended_at: string | null;
}

interface QuarantineTable {
  id: string;
  stream_id: string;
  remote_id: string | null;
  raw: JsonColumn<Json>;
  raw_hash: string;
  code: string;
  message: string;
  problems: JsonColumnWithDefault<readonly Problem[]>;
  fetch_number: number;
  occurrences: Generated<number>;
  first_seen_at: InstantWithDefault;
  last_seen_at: InstantWithDefault;
  resolved_at: string | null;
}

interface OutboxTable {
  id: Generated<number>;
  stream_id: string;
  lineage_id: string;
  entity: Entity;
  origin: ChangeOrigin;
  sequence_first: number;
  sequence_last: number;
  created_at: InstantWithDefault;
  dispatched_at: string | null;
}

interface SyncRequestTable {
  id: string;
  stream_id: string;
  mode: SyncMode;
  origin: 'manual' | 'webhook' | 'follow_up';
  allow_deletes: Generated<boolean>;
  state: Generated<'pending' | 'taken' | 'completed' | 'partial' | 'failed' | 'cancelled'>;
  execution_id: string | null;
  error: ColumnType<ErrorSummary | null, string | null, string | null>;
  created_at: InstantWithDefault;
  taken_at: string | null;
  ended_at: string | null;
}

interface ExecutionTable {
  id: string;
  workflow_id: string;
  first_run_id: string;
  kind: string;
  connection_id: string | null;
  entity: string | null;
  state: ColumnType<ExecutionState, ExecutionState | undefined, ExecutionState>;
  counts: JsonColumnWithDefault<JsonObject>;
  error: ColumnType<ErrorSummary | null, string | null, string | null>;
  started_at: string;
  ended_at: string | null;
}

interface AttemptTable {
  execution_id: string;
  run_id: string;
  activity_id: string;
  attempt: number;
  name: string;
  summary: string | null;
  task_queue: string;
  worker: string;
  queue_ms: number;
  started_at: string;
  ended_at: string | null;
  outcome: 'completed' | 'failed' | 'cancelled' | 'lost' | null;
  error_code: string | null;
  error_message: string | null;
  counts: JsonColumnWithDefault<JsonObject>;
  timings: JsonColumnWithDefault<JsonObject>;
}
