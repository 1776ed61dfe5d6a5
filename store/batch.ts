import type pg from 'pg';
import type { Entity } from '../model/entities/registry.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import type { Json } from '../model/json.ts';
import { addCounts, type ChangeOrigin, type SyncCounts } from '../model/sync.ts';
import type { Database } from './database.ts';
import { toStoreError } from './errors.ts';
import { type IncomingCopy, openCopy } from './incoming.ts';
import { type QuarantinedRecord, quarantineRecords, resolveQuarantine } from './quarantine.ts';
import { endRun, lockStream, type RunEnd } from './runs.ts';
import { toStoredJson } from './stored-text.ts';
import type { Claim, StreamRow } from './streams.ts';
import { type Gone, tombstoneRecords } from './tombstones.ts';
import { type RowOwner, upsertIncoming } from './upsert.ts';

/** What a batch belongs to: the same for all batches of a run. */
export interface BatchContext extends RowOwner {
  readonly claim: Claim;
  /** Records what was seen, for a whole scan over a stream that had records before. */
  readonly seenScanId: string | null;
}

/** What is committed together with the rows of a batch. */
export interface BatchProgress {
  /** The checkpoint number that this batch continues. */
  readonly checkpointNumber: number;
  readonly checkpoint: Json | null;
  /** Null leaves the watermark. */
  readonly watermark: string | null;
  readonly stampMax: string | null;
  readonly fetchNumberMax: number;
  readonly hasDuplicates: boolean;
  readonly quarantined: readonly QuarantinedRecord[];
  readonly read: number;
  readonly pages: number;
  /** Records that are known to be gone from the source. */
  readonly gone?: Gone;
  /** The pass is complete: the scan is whole, what was not seen may be gone. */
  readonly scanWhole?: boolean;
  /** Ends the run; `counts` are those of the whole run. */
  readonly end?: (counts: SyncCounts) => RunEnd;
}

/** Pages that are committed in one transaction. Nothing of it is seen by others, and nothing is locked, until `commit`. */
export interface Batch {
  /** Adds rows, as `incomingRow` writes them. Resolves when more may be written. */
  write(rows: string): Promise<void>;
  /** Commits rows and progress together and gives the counts of this batch and of the run so far. */
  commit(progress: BatchProgress): Promise<CommitResult>;
  /** Gives the connection back and keeps nothing. Safe to call after a commit. */
  rollback(): void;
}

export interface CommitResult {
  readonly counts: SyncCounts;
  readonly runCounts: SyncCounts;
  readonly checkpointNumber: number;
}

/** Opens a batch on a connection of its own. */
export async function openBatch(database: Database, context: BatchContext): Promise<Batch> {
  const client = await database.pool.connect().catch((error: unknown) => {
    throw toStoreError(error);
  });
  let copy: IncomingCopy | undefined;
  let isOpen = true;

  const close = (broken: boolean) => {
    if (!isOpen) return;
    isOpen = false;
    client.release(broken);
  };
  const startCopy = async () => {
    await client.query('begin');
    return openCopy(client);
  };

  return {
    async write(rows) {
      try {
        copy ??= await startCopy();
        await copy.write(rows);
      } catch (error) {
        close(true);
        throw toStoreError(error);
      }
    },
    async commit(progress) {
      try {
        await (copy ? copy.end() : client.query('begin'));
        const result = await commitBatch(client, { context, progress, hasRows: copy !== undefined });
        await client.query('commit');
        close(false);
        return result;
      } catch (error) {
        close(true);
        throw toStoreError(error);
      }
    },
    rollback: () => close(true),
  };
}

interface CommitOptions {
  readonly context: BatchContext;
  readonly progress: BatchProgress;
  readonly hasRows: boolean;
}

async function commitBatch(client: pg.PoolClient, options: CommitOptions): Promise<CommitResult> {
  const { context, progress, hasRows } = options;
  const stream = await lockStream(client, context.claim);
  if (stream.checkpoint_number !== progress.checkpointNumber) {
    throw new FlowsError(
      'store_unavailable',
      `The stored checkpoint (${stream.checkpoint_number}) is not the one that this batch continues (${progress.checkpointNumber}): nothing was written, the attempt starts from the stored one.`,
    );
  }
  if (hasRows) await resolveQuarantine(client, stream.id);
  const upserted = hasRows
    ? await upsertIncoming(client, { stream, owner: context, hasDuplicates: progress.hasDuplicates })
    : { changes: 0 };
  if (context.seenScanId)
    await recordSeen(client, {
      scanId: context.seenScanId,
      lineageId: context.lineageId,
      entity: context.entity,
      quarantined: progress.quarantined,
      hasRows,
    });
  await quarantineRecords(client, stream.id, progress.quarantined);
  const { changes: upserts, ...rowCounts } = upserted;
  const deleted = progress.gone
    ? await tombstoneRecords(client, {
        sequence: stream.sequence + upserts,
        origin: context.origin,
        gone: progress.gone,
      })
    : 0;
  const changes = upserts + deleted;
  const counts = addCounts(addCounts(rowCounts, { deleted }), {
    read: progress.read,
    pages: progress.pages,
    quarantined: progress.quarantined.length,
  });
  const runCounts = addCounts(stream.run_counts, counts);
  await saveProgress(client, { stream, progress, sequence: stream.sequence + changes, runCounts });
  if (changes > 0) await insertOutbox(client, { stream, origin: context.origin, changes });
  if (progress.scanWhole) await client.query(`update scan set state = 'whole' where id = $1`, [stream.run_scan_id]);
  if (progress.end) await endRun(client, context.claim, progress.end(runCounts));
  return { counts, runCounts, checkpointNumber: progress.checkpointNumber + 1 };
}

interface SaveProgressOptions {
  readonly stream: StreamRow;
  readonly progress: BatchProgress;
  readonly sequence: number;
  readonly runCounts: SyncCounts;
}

async function saveProgress(
  client: pg.PoolClient,
  { stream, progress, sequence, runCounts }: SaveProgressOptions,
): Promise<void> {
  await client.query(
    `update stream set sequence = $2, checkpoint = $3, checkpoint_number = checkpoint_number + 1, watermark = coalesce($4, watermark),
       run_stamp_max = $5, run_counts = $6, run_fetch_number = greatest(run_fetch_number, $7)
     where id = $1`,
    [
      stream.id,
      sequence,
      progress.checkpoint === null ? null : toStoredJson(JSON.stringify(progress.checkpoint)),
      progress.watermark,
      laterStamp(stream.run_stamp_max, progress.stampMax),
      JSON.stringify(runCounts),
      progress.fetchNumberMax,
    ],
  );
}

/** One outbox row for the changes that a transaction made to a stream. */
export async function insertOutbox(
  client: pg.PoolClient,
  options: { stream: StreamRow; origin: ChangeOrigin; changes: number },
): Promise<void> {
  const { stream, origin, changes } = options;
  await client.query(
    'insert into outbox (stream_id, lineage_id, entity, origin, sequence_first, sequence_last) values ($1, $2, $3, $4, $5, $6)',
    [stream.id, stream.lineage_id, stream.entity, origin, stream.sequence + 1, stream.sequence + changes],
  );
}

/** The later of two stamps, by byte order. */
export function laterStamp(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}

interface RecordSeenOptions {
  readonly scanId: string;
  readonly lineageId: string;
  readonly entity: Entity;
  readonly quarantined: readonly QuarantinedRecord[];
  readonly hasRows: boolean;
}

async function recordSeen(client: pg.PoolClient, options: RecordSeenOptions): Promise<void> {
  if (options.hasRows) await client.query('insert into scan_seen select $1, id from incoming', [options.scanId]);
  const ids = options.quarantined.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
  if (ids.length > 0) await client.query('insert into scan_seen select $1, unnest($2::text[])', [options.scanId, ids]);
}
