import type pg from 'pg';
import type { ErrorSummary } from '../model/errors/flows-error.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import { newId } from '../model/ids.ts';
import type { RunKind, RunState, SyncMode } from '../model/sync.ts';
import { type Database, inTransaction, stored } from './database.ts';
import { type Claim, type Holder, holderOf, isSameHolder, type StreamRow } from './streams.ts';

/** A run as it starts: fixed for its whole life, however many attempts it takes. */
export interface NewRun {
  readonly executionId: string;
  readonly kind: RunKind;
  /** Where an incremental run starts: the watermark less the overlap. */
  readonly since: string | null;
  /** The source's clock, taken before the first request. */
  readonly sourceNow: string | null;
  /** Given for whole passes. */
  readonly scan: { readonly documentsFrom: string | null; readonly startFetchNumber: number } | null;
  /** Goes on from the checkpoint, scan and counts of the run before, which did not end. */
  readonly resume: boolean;
}

/** Which pending requests a run of a kind answers. */
const answeredModes: Readonly<Record<RunKind, readonly SyncMode[]>> = {
  initial: ['incremental', 'full', 'reconcile'],
  full: ['incremental', 'full', 'reconcile'],
  reconcile: ['incremental', 'reconcile'],
  incremental: ['incremental'],
};

/** Writes the start of a run to its stream, takes the pending request that it answers, and gives the stream back. */
export function startRun(database: Database, claim: Claim, run: NewRun): Promise<StreamRow> {
  return inTransaction(database, async (client) => {
    await lockStream(client, claim);
    const scanId = run.resume ? null : await insertScan(client, claim.streamId, run.scan);
    const requestId = await takeRequest(client, claim.streamId, run);
    const { rows } = await client.query<StreamRow>(run.resume ? resumeRunSql : startRunSql, [
      claim.streamId,
      run.executionId,
      requestId,
      ...(run.resume ? [] : [run.kind, run.since, run.sourceNow, scanId]),
    ]);
    return rows[0] as StreamRow;
  });
}

const startRunSql = `
  update stream set run_execution_id = $2, run_request_id = $3, run_kind = $4, run_since = $5, run_source_now = $6,
    run_scan_id = $7, run_state = 'running', run_started_at = now(), run_ended_at = null, run_stamp_max = null,
    run_counts = '{}', run_error = null, checkpoint = null, checkpoint_number = checkpoint_number + 1
  where id = $1 returning *`;

const resumeRunSql = `
  update stream set run_execution_id = $2, run_request_id = $3, run_state = 'running', run_started_at = now(),
    run_ended_at = null, run_error = null
  where id = $1 returning *`;

/** How a run ended. */
export interface RunEnd {
  readonly executionId: string;
  readonly state: Exclude<RunState, 'running'>;
  readonly error: ErrorSummary | null;
  /** The new watermark; null leaves it. */
  readonly watermark: string | null;
  readonly counts: object;
}

/**
 * Ends a run inside the caller's transaction, which has locked the stream: releases the claim, answers the request and
 * closes the execution. An ended run that succeeded has no checkpoint; a failed one keeps its, to be resumed, unless the
 * source does not know the position any more.
 */
export async function endRun(client: pg.PoolClient, claim: Claim, end: RunEnd): Promise<void> {
  const succeeded = end.state === 'completed' || end.state === 'partial';
  await client.query(endRunSql, [
    claim.streamId,
    end.state,
    end.error && JSON.stringify(end.error),
    succeeded,
    end.watermark,
    end.executionId,
    succeeded || end.error?.code === 'cursor_expired',
  ]);
  if (succeeded) await client.query(endScanSql, [claim.streamId]);
  await client.query(
    `update sync_request set state = $2, error = $3, ended_at = now() where execution_id = $1 and state = 'taken'`,
    [end.executionId, end.state, end.error && JSON.stringify(end.error)],
  );
  await client.query(
    `update execution set state = $2, error = $3, counts = $4, ended_at = clock_timestamp() where id = $1 and state = 'running'`,
    [end.executionId, end.state, end.error && JSON.stringify(end.error), JSON.stringify(end.counts)],
  );
}

const endRunSql = `
  update stream set run_state = $2, run_error = $3, run_ended_at = clock_timestamp(), holder_workflow_id = null, holder_run_id = null,
    checkpoint = case when $7 then null else checkpoint end,
    watermark = coalesce($5, watermark),
    last_success_at = case when $4 then clock_timestamp() else last_success_at end,
    initial_completed_at = case when $4 and run_kind = 'initial' then clock_timestamp() else initial_completed_at end
  where id = $1 and run_execution_id = $6`;

const endScanSql = `
  update scan set state = case when state = 'running' then 'whole' else state end, ended_at = coalesce(ended_at, now())
  where id = (select run_scan_id from stream where id = $1)`;

/** Ends a run in a transaction of its own. Throws `locked` when the claim was taken over. */
export function finishRun(database: Database, claim: Claim, end: RunEnd): Promise<void> {
  return inTransaction(database, async (client) => {
    await lockStream(client, claim);
    await endRun(client, claim, end);
  });
}

/** How an execution ended that did not come to the end of its run. */
export interface RunFailure {
  readonly executionId: string;
  readonly state: 'failed' | 'cancelled';
  readonly error: ErrorSummary | null;
  /** Given when it may have failed before its run began: what it was to be. */
  readonly planned?: { readonly holder: Holder; readonly mode: SyncMode };
}

/**
 * Records that an execution's run failed or was cancelled, unless the run is not its own or has ended. An execution that
 * holds the stream and came to no run, e.g. in an outage, has failed its run too. Keeps the checkpoint. Safe to call again.
 */
export function failRun(database: Database, streamId: string, failure: RunFailure): Promise<void> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<StreamRow>('select * from stream where id = $1 for update', [streamId]);
    const stream = rows[0];
    if (!stream) return;
    const { executionId, state, error, planned } = failure;
    const isOwn = stream.run_execution_id === executionId;
    const isHeld = planned !== undefined && isSameHolder(holderOf(stream), planned.holder);
    if (isOwn ? stream.run_state !== 'running' : !isHeld) {
      await client.query(
        `update execution set state = $2, error = $3, ended_at = clock_timestamp() where id = $1 and state = 'running'`,
        [executionId, state, error && JSON.stringify(error)],
      );
      return;
    }
    if (!isOwn && planned) await beginFailedRun(client, { stream, executionId, mode: planned.mode });
    // Raising the epoch fences an attempt that still runs.
    await client.query('update stream set epoch = epoch + 1 where id = $1', [streamId]);
    const counts = isOwn ? stream.run_counts : {};
    await endRun(client, { streamId, epoch: stream.epoch + 1 }, { executionId, state, error, watermark: null, counts });
  });
}

/** What an initial sync has read so far is kept: the next one goes on from it. */
async function beginFailedRun(
  client: pg.PoolClient,
  { stream, executionId, mode }: { stream: StreamRow; executionId: string; mode: SyncMode },
): Promise<void> {
  const kind = stream.initial_completed_at === null ? 'initial' : mode;
  const requestId = await takeRequest(client, stream.id, { executionId, kind });
  await client.query(
    `update stream set run_execution_id = $2, run_kind = $3, run_request_id = $4, run_started_at = now(),
       run_counts = case when $3 = 'initial' then run_counts else '{}' end where id = $1`,
    [stream.id, executionId, kind, requestId],
  );
}

/**
 * The stream's row, locked until the transaction ends. Throws `locked` when the claim was taken over: an attempt that is
 * still wanted is tried again and claims anew, one that is not wanted is not.
 */
export async function lockStream(client: pg.PoolClient, claim: Claim): Promise<StreamRow> {
  const { rows } = await client.query<StreamRow>('select * from stream where id = $1 for update', [claim.streamId]);
  const stream = rows[0];
  if (!stream) throw new FlowsError('not_found', `There is no stream ${claim.streamId}.`);
  if (stream.epoch !== claim.epoch) {
    throw new FlowsError(
      'locked',
      `The claim on stream ${claim.streamId} was taken over (epoch ${stream.epoch}, ours ${claim.epoch}): nothing was written.`,
    );
  }
  return stream;
}

/** A number for a request that is about to be sent: of two answers, the one with the higher number was asked for later. */
export async function nextFetchNumber(database: Database): Promise<number> {
  const { rows } = await stored(database.pool.query<{ number: number }>(`select nextval('fetch_number') as number`));
  return rows[0]?.number ?? 0;
}

async function insertScan(client: pg.PoolClient, streamId: string, scan: NewRun['scan']): Promise<string | null> {
  await client.query(`update scan set state = 'broken', ended_at = now() where stream_id = $1 and ended_at is null`, [
    streamId,
  ]);
  if (!scan) return null;
  const id = newId('scan');
  await client.query('insert into scan (id, stream_id, documents_from, start_fetch_number) values ($1, $2, $3, $4)', [
    id,
    streamId,
    scan.documentsFrom,
    scan.startFetchNumber,
  ]);
  return id;
}

async function takeRequest(
  client: pg.PoolClient,
  streamId: string,
  run: Pick<NewRun, 'executionId' | 'kind'>,
): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `update sync_request set state = 'taken', execution_id = $2, taken_at = now()
     where stream_id = $1 and state = 'pending' and mode = any($3) returning id`,
    [streamId, run.executionId, answeredModes[run.kind]],
  );
  return rows[0]?.id ?? null;
}
