-- Everything of a stream's data hangs on the stream row: it is locked by each commit, so that sequence numbers, claims
-- and checkpoints have one writer at a time. Lock order: connection, stream, record.

create table connection (
  id text primary key,
  lineage_id text not null,
  system text not null,
  name text not null,
  environment text not null default 'test' check (environment in ('live', 'test')),
  lifecycle text not null check (lifecycle in ('connecting', 'active', 'disconnecting', 'disconnected', 'failed')),
  reach text not null default 'unknown' check (reach in ('unknown', 'reached', 'lost')),
  auth text not null default 'unknown' check (auth in ('unknown', 'valid', 'failed')),
  paused boolean not null default false,
  settings jsonb not null,
  -- Encrypted by platform/secrets; null once wiped.
  credentials jsonb,
  profile jsonb not null default '{}',
  fingerprint text,
  system_version text,
  window_days integer not null default 90 check (window_days between 1 and 3650),
  last_error jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index connection_name on connection (name) where lifecycle <> 'disconnected';

create table stream (
  id text primary key,
  connection_id text not null references connection (id),
  lineage_id text not null,
  entity text not null,
  -- The schedule as asked for: milliseconds, or a cron text with its time zone.
  interval_ms bigint,
  cron text,
  time_zone text,
  paused boolean not null default false,
  -- The claim: each attempt raises the epoch; a commit under an older epoch changes nothing.
  epoch bigint not null default 0,
  holder_workflow_id text,
  holder_run_id text,
  -- The last sequence number given to a change.
  sequence bigint not null default 0,
  watermark text,
  initial_completed_at timestamptz,
  -- The run under way, or the last one; its checkpoint is null before the first commit and after the last.
  run_execution_id text,
  run_kind text check (run_kind in ('initial', 'full', 'incremental', 'reconcile')),
  run_state text check (run_state in ('running', 'completed', 'partial', 'failed', 'cancelled')),
  run_started_at timestamptz,
  run_ended_at timestamptz,
  run_since text,
  run_source_now text,
  run_stamp_max text,
  run_scan_id text,
  run_request_id text,
  run_counts jsonb not null default '{}',
  run_error jsonb,
  checkpoint json,
  checkpoint_number bigint not null default 0,
  -- The highest fetch number that a run has committed; see the point commit.
  run_fetch_number bigint not null default 0,
  last_success_at timestamptz,
  created_at timestamptz not null default now(),
  unique (connection_id, entity)
);
create index stream_lineage on stream (lineage_id, entity);

-- Taken before each request is sent, so that of two answers the one asked for later is known.
create sequence fetch_number;

create table record (
  id text collate "C" primary key,
  lineage_id text collate "C" not null,
  connection_id text not null,
  entity text not null,
  remote_id text not null,
  -- As text, in schema order: making it binary would take a third of a commit's time.
  data json not null,
  raw json not null,
  content_hash text not null,
  raw_hash text not null,
  -- The source's own stamp; its byte order is its order in time.
  stamp text collate "C",
  version text,
  remote_created_at timestamptz,
  remote_updated_at timestamptz,
  fetch_number bigint not null,
  sequence bigint not null,
  origin text not null check (origin in ('initial', 'incremental', 'reconcile', 'write', 'remap')),
  changed_at timestamptz not null default now(),
  deleted_at timestamptz
-- Rows of a few kilobytes stay whole: compressing each of them would take longer than all the rest of a commit.
) with (toast_tuple_target = 8160);
create unique index record_sequence on record (lineage_id, entity, sequence);

create table scan (
  id text primary key,
  stream_id text not null references stream (id),
  -- Only documents of this day or later, or still open, are looked for; null takes all.
  documents_from date,
  -- Records last fetched before this number, and not seen, may be gone.
  start_fetch_number bigint not null,
  state text not null default 'running' check (state in ('running', 'whole', 'held', 'broken')),
  candidates integer,
  created_at timestamptz not null default now(),
  ended_at timestamptz
);
create index scan_stream on scan (stream_id, created_at);

create table scan_seen (
  scan_id text collate "C" not null,
  record_id text collate "C" not null
);
-- By both: what a scan did not see is looked up record by record, in the order of their ids.
create index scan_seen_record on scan_seen (scan_id, record_id);

create table quarantine (
  id text primary key,
  stream_id text not null references stream (id),
  -- Null when the record had no id that could be read.
  remote_id text,
  raw json not null,
  raw_hash text not null,
  code text not null,
  message text not null,
  problems jsonb not null default '[]',
  fetch_number bigint not null,
  occurrences integer not null default 1,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  resolved_at timestamptz
);
create unique index quarantine_open on quarantine (stream_id, coalesce(remote_id, ''), (case when remote_id is null then raw_hash else '' end))
  where resolved_at is null;

create table outbox (
  id bigint generated always as identity primary key,
  stream_id text not null,
  lineage_id text not null,
  entity text not null,
  origin text not null,
  sequence_first bigint not null,
  sequence_last bigint not null,
  created_at timestamptz not null default now(),
  dispatched_at timestamptz
);
create index outbox_pending on outbox (id) where dispatched_at is null;

create table sync_request (
  id text primary key,
  stream_id text not null references stream (id),
  mode text not null check (mode in ('incremental', 'full', 'reconcile')),
  origin text not null check (origin in ('manual', 'webhook', 'follow_up')),
  -- Lets the run of this request tombstone more records than the fuse allows.
  allow_deletes boolean not null default false,
  state text not null default 'pending' check (state in ('pending', 'taken', 'completed', 'partial', 'failed', 'cancelled')),
  execution_id text,
  error jsonb,
  created_at timestamptz not null default now(),
  taken_at timestamptz,
  ended_at timestamptz
);
create unique index sync_request_pending on sync_request (stream_id) where state = 'pending';
create index sync_request_stream on sync_request (stream_id, created_at);

create table execution (
  id text primary key,
  workflow_id text not null,
  first_run_id text not null,
  kind text not null,
  connection_id text,
  entity text,
  state text not null default 'running'
    check (state in ('running', 'completed', 'partial', 'failed', 'skipped', 'cancelled', 'terminated', 'timed_out')),
  counts jsonb not null default '{}',
  error jsonb,
  started_at timestamptz not null,
  ended_at timestamptz,
  unique (workflow_id, first_run_id)
);
create index execution_started on execution (started_at desc, id desc);
create index execution_connection on execution (connection_id, started_at desc, id desc);
create index execution_open on execution (started_at) where state = 'running';

create table attempt (
  execution_id text not null references execution (id) on delete cascade,
  run_id text not null,
  activity_id text not null,
  attempt integer not null,
  name text not null,
  summary text,
  task_queue text not null,
  worker text not null,
  queue_ms integer not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text check (outcome in ('completed', 'failed', 'cancelled', 'lost')),
  error_code text,
  error_message text,
  counts jsonb not null default '{}',
  -- Exclusive milliseconds by part, which add up to the run time, and busy milliseconds beside them.
  timings jsonb not null default '{}',
  primary key (execution_id, run_id, activity_id, attempt)
);
