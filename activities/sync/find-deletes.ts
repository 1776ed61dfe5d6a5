import {
  type DeletionsPage,
  type DeletionsRequest,
  type EntityDeclaration,
  fetchRecordsMax,
  type Session,
} from '../../connectors/connector.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { recordId } from '../../model/ids.ts';
import type { Json } from '../../model/json.ts';
import { addCounts, noCounts, type SyncCounts } from '../../model/sync.ts';
import { type BatchContext, type BatchProgress, openBatch } from '../../store/batch.ts';
import type { Database } from '../../store/database.ts';
import { nextFetchNumber } from '../../store/runs.ts';
import type { StreamRow } from '../../store/streams.ts';
import { type Candidate, findUnseen, holdScan, readScan } from '../../store/tombstones.ts';
import type { StepClock } from './step-clock.ts';
import { type TransformContext, transformPage } from './transform-page.ts';

export interface DeleteOptions {
  readonly database: Database;
  readonly session: Session;
  readonly stream: StreamRow;
  readonly declaration: EntityDeclaration;
  readonly batch: BatchContext;
  readonly transform: TransformContext;
  /** Tombstones whatever is missing, however much: a person asked for it. */
  readonly allowDeletes: boolean;
  readonly budgetMs: number;
  readonly clock: StepClock;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: SyncCounts) => void;
}

export type DeleteResult =
  | { readonly state: 'more' | 'done'; readonly counts: SyncCounts }
  /** More records are missing than the fuse lets through; nothing was tombstoned. */
  | { readonly state: 'held'; readonly counts: SyncCounts; readonly error: FlowsError };

const fuseRecordsMin = 20;
const fuseShare = 0.05;

/** The most records that one scan may tombstone without a person. */
export function fuseOf(alive: number): number {
  return Math.max(fuseRecordsMin, Math.floor(alive * fuseShare));
}

/**
 * After a whole scan: asks the source for each record that was not seen, tombstones those that it no longer has and
 * stores the others as they are now. Too many missing ones are held for a person: a lost permission looks like that.
 */
export async function confirmUnseen(options: DeleteOptions): Promise<DeleteResult> {
  const { database, stream, clock } = options;
  const scan = await readScan(database, stream.run_scan_id ?? '');
  let counts = noCounts;
  let checkpointNumber = stream.checkpoint_number;
  for (;;) {
    const found = await clock.waitFor(
      'store_ms',
      findUnseen(database, scan, { lineageId: stream.lineage_id, entity: stream.entity, limit: fetchRecordsMax }),
    );
    if (found.first.length === 0) return { state: 'done', counts };
    // Candidates only shrink while a scan is confirmed, and what was tombstoned no longer counts as alive.
    const alreadyDeleted = (stream.run_counts.deleted ?? 0) + counts.deleted;
    if (!options.allowDeletes && found.unseen + alreadyDeleted > fuseOf(found.alive + alreadyDeleted)) {
      await holdScan(database, scan.id, found.unseen);
      return { state: 'held', counts, error: heldError(stream, found) };
    }
    const chunk = await confirmChunk(found.first, { ...options, checkpointNumber });
    checkpointNumber += 1;
    counts = addCounts(counts, chunk);
    options.onProgress(addCounts(stream.run_counts, counts));
    if (clock.elapsedMs() >= options.budgetMs) return { state: 'more', counts };
  }
}

async function confirmChunk(
  candidates: readonly Candidate[],
  options: DeleteOptions & { checkpointNumber: number },
): Promise<SyncCounts> {
  const { database, session, stream, clock } = options;
  const fetchNumber = await nextFetchNumber(database);
  const items = await clock.waitFor(
    'source_ms',
    session.fetchRecords({
      entity: stream.entity,
      remoteIds: candidates.map(({ remote_id }) => remote_id),
      signal: options.signal,
    }),
  );
  const transformed = clock.charge('transform_ms', () => transformPage(items, fetchNumber, options.transform));
  const present = new Set([
    ...transformed.ids,
    ...transformed.quarantined.flatMap(({ recordId: id }) => (id === null ? [] : [id])),
  ]);
  const gone = candidates.filter(({ id }) => !present.has(id)).map(({ id }) => id);
  const batch = await openBatch(database, options.batch);
  try {
    if (transformed.rows !== '') await batch.write(transformed.rows);
    const committed = await clock.waitFor(
      'store_ms',
      batch.commit({
        ...noProgress(options.checkpointNumber, fetchNumber),
        quarantined: transformed.quarantined,
        read: items.length,
        gone: { recordIds: gone, fetchNumber },
      }),
    );
    return committed.counts;
  } finally {
    batch.rollback();
  }
}

const feedPagesMax = 10_000;

/** Reads the source's delete feed from the run's start point on and tombstones what it names. */
export async function readDeleteFeed(options: DeleteOptions): Promise<SyncCounts> {
  const { session, stream, clock } = options;
  let counts = noCounts;
  let checkpoint: Json | null = null;
  let checkpointNumber = stream.checkpoint_number;
  for (let pages = 0; pages < feedPagesMax; pages++) {
    if (!session.readDeletions)
      throw new FlowsError('internal', `The connector declares a delete feed for ${stream.entity} and has none.`);
    const fetchNumber = await nextFetchNumber(options.database);
    const request: DeletionsRequest = {
      entity: stream.entity,
      since: stream.run_since ?? '',
      checkpoint,
      signal: options.signal,
    };
    const page: DeletionsPage | null = await clock.waitFor(
      'source_ms',
      deletionsOrNone(session.readDeletions(request)),
    );
    if (page === null) return counts;
    if (page.deletions.length > 0) {
      const recordIds = page.deletions.map(({ remoteId }) => recordId(stream.lineage_id, stream.entity, remoteId));
      const batch = await openBatch(options.database, options.batch);
      const gone = { recordIds, stamps: page.deletions.map(({ stamp }) => stamp), fetchNumber };
      const committed = await clock.waitFor(
        'store_ms',
        batch.commit({ ...noProgress(checkpointNumber, fetchNumber), gone }),
      );
      checkpointNumber += 1;
      counts = addCounts(counts, committed.counts);
    }
    if (page.next === null) return counts;
    checkpoint = page.next;
  }
  throw new FlowsError('bad_response', `The delete feed of ${stream.entity} gave ${feedPagesMax} pages and no end.`);
}

/** A feed that this installation has switched off names nothing; the next reconcile finds its deletes. */
async function deletionsOrNone(page: Promise<DeletionsPage>): Promise<DeletionsPage | null> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof FlowsError && error.code === 'unsupported') return null;
    throw error;
  }
}

function noProgress(checkpointNumber: number, fetchNumberMax: number): BatchProgress {
  return {
    checkpointNumber,
    checkpoint: null,
    watermark: null,
    stampMax: null,
    fetchNumberMax,
    hasDuplicates: false,
    quarantined: [],
    read: 0,
    pages: 0,
  };
}

function heldError(stream: StreamRow, found: { unseen: number; alive: number }): FlowsError {
  return new FlowsError(
    'needs_confirmation',
    `The scan of ${stream.entity} did not find ${found.unseen} of ${found.alive} stored records, more than ${fuseOf(found.alive)} may vanish at once. ` +
      'None was marked as deleted. Check that the account may still read them all; if they are really gone, run "flows sync --full --allow-deletes".',
  );
}
