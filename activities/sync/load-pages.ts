import type { Selection, Session } from '../../connectors/connector.ts';
import type { Json } from '../../model/json.ts';
import { addCounts, noCounts, type SyncCounts } from '../../model/sync.ts';
import {
  type Batch,
  type BatchContext,
  type BatchProgress,
  type CommitResult,
  laterStamp,
  openBatch,
} from '../../store/batch.ts';
import type { Database } from '../../store/database.ts';
import type { QuarantinedRecord } from '../../store/quarantine.ts';
import { nextFetchNumber } from '../../store/runs.ts';
import type { StreamRow } from '../../store/streams.ts';
import { type FetchedPage, readPages } from './read-pages.ts';
import type { StepClock } from './step-clock.ts';
import { type TransformContext, transformPage } from './transform-page.ts';

/** A batch ends at the first of these. */
const batchPagesMax = 10;
const batchBytesMax = 16 * 1024 * 1024;
const batchMs = 1_000;

export interface LoadOptions {
  readonly database: Database;
  readonly session: Pick<Session, 'readPage'>;
  readonly stream: StreamRow;
  readonly selection: Selection;
  readonly pageSize: number;
  readonly batch: BatchContext;
  readonly transform: TransformContext;
  /** The step ends at the first page boundary after one of these. */
  readonly budget: { readonly recordsMax: number; readonly elapsedMs: number };
  readonly clock: StepClock;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: SyncCounts) => void;
  /** What else a commit carries, given what has been read and whether the pass is complete. */
  readonly closing: (facts: {
    stampMax: string | null;
    isPassComplete: boolean;
  }) => Pick<BatchProgress, 'watermark' | 'scanWhole' | 'end'>;
}

export interface LoadResult {
  readonly isPassComplete: boolean;
  readonly counts: SyncCounts;
  readonly runCounts: SyncCounts;
}

/**
 * Reads pages from the stream's checkpoint on, transforms them and commits them in batches, until the pass or the budget
 * ends. While one batch commits, the next one is filled; commits stay in order, and one that fails fails the step.
 */
export async function loadPages(options: LoadOptions): Promise<LoadResult> {
  const { stream, clock } = options;
  const commits = startCommits(options);
  const pages = readPages({
    session: options.session,
    request: {
      entity: stream.entity,
      selection: options.selection,
      pageSize: options.pageSize,
      signal: options.signal,
    },
    checkpoint: stream.checkpoint,
    nextFetchNumber: () => nextFetchNumber(options.database),
    now: () => performance.now(),
  });
  try {
    for (;;) {
      const { value: page, done } = await clock.waitFor('source_ms', pages.next()).catch(async (error: unknown) => {
        // Kept, so that a source that lets through little at a time is read to its end all the same.
        await commits.flush();
        throw error;
      });
      if (done) break;
      clock.busy('source_busy_ms', page.busyMs);
      await commits.add(page);
      if (isSpent(options, commits.counts())) break;
    }
    await commits.flush();
  } finally {
    commits.abandon();
    await pages.return();
  }
  return { isPassComplete: commits.isPassComplete(), counts: commits.counts(), runCounts: commits.runCounts() };
}

function isSpent({ budget, clock }: LoadOptions, counts: SyncCounts): boolean {
  return counts.read >= budget.recordsMax || clock.elapsedMs() >= budget.elapsedMs;
}

/** The pages of the batch that is being filled. */
interface Filling {
  readonly batch: Batch;
  readonly openedMs: number;
  readonly ids: Set<string>;
  readonly quarantined: QuarantinedRecord[];
  hasDuplicates: boolean;
  pages: number;
  read: number;
  bytes: number;
  next: Json | null;
  fetchNumberMax: number;
}

function startCommits(options: LoadOptions) {
  const { clock } = options;
  let filling: Filling | null = null;
  let committing: Promise<CommitResult> | null = null;
  let checkpointNumber = options.stream.checkpoint_number;
  let stampMax = options.stream.run_stamp_max;
  let counts = noCounts;
  let runCounts = addCounts(options.stream.run_counts, {});
  let read = 0;
  let isPassComplete = false;

  const settle = async () => {
    if (!committing) return;
    const result = await clock.waitFor('store_ms', committing);
    committing = null;
    counts = addCounts(counts, result.counts);
    runCounts = result.runCounts;
    options.onProgress(runCounts);
  };

  const flush = async () => {
    if (filling) {
      // First, so that the batch is still there to be given back when the one before it fails.
      await settle();
      const full = filling;
      filling = null;
      committing = commitFilling(full, { options, checkpointNumber, stampMax });
      committing.catch(() => undefined);
      checkpointNumber += 1;
      if (full.next === null) isPassComplete = true;
    }
    if (isPassComplete) await settle();
  };

  return {
    async add(page: FetchedPage) {
      filling ??= await openFilling(options);
      const transformed = clock.charge('transform_ms', () =>
        transformPage(page.items, page.fetchNumber, options.transform),
      );
      addToFilling(filling, page, transformed);
      stampMax = laterStamp(stampMax, transformed.stampMax);
      read += page.items.length;
      await clock.waitFor('store_ms', filling.batch.write(transformed.rows));
      if (page.next === null || isFull(filling, clock.elapsedMs())) await flush();
    },
    async flush() {
      await flush();
      await settle();
    },
    /** Gives back what was not committed. A commit that is under way ends by itself, or is rolled back by the server. */
    abandon: () => filling?.batch.rollback(),
    counts: () => ({ ...counts, read }),
    runCounts: () => runCounts,
    isPassComplete: () => isPassComplete,
  };
}

async function openFilling(options: LoadOptions): Promise<Filling> {
  return {
    batch: await openBatch(options.database, options.batch),
    openedMs: options.clock.elapsedMs(),
    ids: new Set(),
    quarantined: [],
    hasDuplicates: false,
    pages: 0,
    read: 0,
    bytes: 0,
    next: null,
    fetchNumberMax: 0,
  };
}

function addToFilling(filling: Filling, page: FetchedPage, transformed: ReturnType<typeof transformPage>): void {
  for (const id of transformed.ids) {
    if (filling.ids.has(id)) filling.hasDuplicates = true;
    filling.ids.add(id);
  }
  filling.quarantined.push(...transformed.quarantined);
  filling.pages += 1;
  filling.read += page.items.length;
  filling.bytes += transformed.rows.length;
  filling.next = page.next;
  filling.fetchNumberMax = Math.max(filling.fetchNumberMax, page.fetchNumber);
}

function isFull(filling: Filling, elapsedMs: number): boolean {
  return filling.pages >= batchPagesMax || filling.bytes >= batchBytesMax || elapsedMs - filling.openedMs >= batchMs;
}

interface CommitFacts {
  readonly options: LoadOptions;
  readonly checkpointNumber: number;
  readonly stampMax: string | null;
}

async function commitFilling(
  filling: Filling,
  { options, checkpointNumber, stampMax }: CommitFacts,
): Promise<CommitResult> {
  const startedMs = options.clock.elapsedMs();
  const result = await filling.batch.commit({
    checkpointNumber,
    checkpoint: filling.next,
    stampMax,
    fetchNumberMax: filling.fetchNumberMax,
    hasDuplicates: filling.hasDuplicates,
    quarantined: filling.quarantined,
    read: filling.read,
    pages: filling.pages,
    ...options.closing({ stampMax, isPassComplete: filling.next === null }),
  });
  options.clock.busy('store_busy_ms', options.clock.elapsedMs() - startedMs);
  return result;
}
