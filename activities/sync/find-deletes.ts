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
import { type Candidate, countAlive, findUnseen, holdScan, readScan } from '../../store/tombstones.ts';
import type { StepClock } from './step-clock.ts';
import { missingOf, type TransformContext, type TransformedPage, transformPage } from './transform-page.ts';

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
function fuseOf(alive: number): number {
  return Math.max(fuseRecordsMin, Math.floor(alive * fuseShare));
}

/**
 * After a whole scan: asks the source for each record that was not seen, stores those that it still has as they are now,
 * and tombstones those that it no longer has. Too many of the latter are held for a person: a lost permission looks like
 * that. Records that the scan left out and the source still has, e.g. documents that aged out of the window, hold nothing.
 */
export async function confirmUnseen(options: DeleteOptions): Promise<DeleteResult> {
  const { database, stream, clock, allowDeletes } = options;
  const of = { lineageId: stream.lineage_id, entity: stream.entity };
  const scan = await readScan(database, stream.run_scan_id ?? '');
  const alive = await countAlive(database, of);
  const commits = startCommits(options);
  const gone: string[] = [];
  let fetchNumber = 0;
  for (let after = ''; ; ) {
    const unseen = findUnseen(database, scan, { ...of, after, limit: fetchRecordsMax });
    const candidates = await clock.waitFor('store_ms', unseen);
    const last = candidates.at(-1);
    if (!last) break;
    after = last.id;
    const answer = await askFor(candidates, options);
    fetchNumber ||= answer.fetchNumber;
    gone.push(...answer.gone);
    // A source that shows nothing at all has more likely lost a permission than all its records.
    const isEmptied = stream.run_counts.read === 0 && gone.length > 0;
    if (!allowDeletes && (isEmptied || gone.length > fuseOf(alive))) {
      await holdScan(database, scan.id, gone.length);
      return { state: 'held', counts: commits.counts(), error: heldError(stream, { gone: gone.length, alive }) };
    }
    const isProgress = await commits.add(allowDeletes ? answer : { ...answer, gone: [] });
    // What was only found gone is asked for again by the next step, so a step that stored nothing goes on.
    if (isProgress && clock.elapsedMs() >= options.budgetMs) return { state: 'more', counts: commits.counts() };
  }
  if (!allowDeletes) await commits.add({ ...nothing, fetchNumber, gone });
  return { state: 'done', counts: commits.counts() };
}

/** What the source said about candidates. */
interface Answer extends TransformedPage {
  readonly fetchNumber: number;
  readonly read: number;
  readonly gone: readonly string[];
}

const nothing = { rows: '', ids: [], quarantined: [], stampMax: null, read: 0 };

async function askFor(candidates: readonly Candidate[], options: DeleteOptions): Promise<Answer> {
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
  const missing = missingOf(transformed);
  return { ...transformed, fetchNumber, read: items.length, gone: missing(candidates.map(({ id }) => id)) };
}

/** Commits what was found out, one batch after the other. */
function startCommits(options: DeleteOptions) {
  let { checkpoint_number: checkpointNumber } = options.stream;
  let counts = noCounts;
  return {
    counts: () => counts,
    /** Gives whether there was anything to commit. */
    async add({ rows, quarantined, read, fetchNumber, gone }: Answer): Promise<boolean> {
      if (rows === '' && quarantined.length === 0 && gone.length === 0) return false;
      const batch = await openBatch(options.database, options.batch);
      try {
        if (rows !== '') await batch.write(rows);
        const progress = { ...noProgress(checkpointNumber, fetchNumber), quarantined, read };
        const commit = batch.commit({ ...progress, gone: { recordIds: gone, fetchNumber } });
        counts = addCounts(counts, (await options.clock.waitFor('store_ms', commit)).counts);
      } finally {
        batch.rollback();
      }
      checkpointNumber += 1;
      options.onProgress(addCounts(options.stream.run_counts, counts));
      return true;
    },
  };
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

function heldError(stream: StreamRow, { gone, alive }: { gone: number; alive: number }): FlowsError {
  return new FlowsError(
    'needs_confirmation',
    `Of ${alive} stored records of ${stream.entity}, the source no longer gives ${gone} or more, neither in a whole scan nor by id; ` +
      `at most ${fuseOf(alive)} may vanish at once, and never all. None was marked as deleted. Check that the account may still read them ` +
      `all; if they are really gone, run "flows sync <connection> ${stream.entity} --mode reconcile --allow-deletes".`,
  );
}
