/** The words that the store, the activities, the workflows and the command line share about syncs and executions. */

export type Lifecycle = 'connecting' | 'active' | 'disconnecting' | 'disconnected' | 'failed';

/** What may be asked of a stream. */
export const syncModes = ['incremental', 'full', 'reconcile'] as const;
export type SyncMode = (typeof syncModes)[number];

/** What a run turned out to be: an incremental sync of a stream that was never synced is its initial sync. */
export type RunKind = 'initial' | SyncMode;
export type RunState = 'running' | 'completed' | 'partial' | 'failed' | 'cancelled';
export type ChangeOrigin = 'initial' | 'incremental' | 'reconcile' | 'write' | 'remap';
export type ExecutionState =
  | 'running'
  | 'completed'
  | 'partial'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'terminated'
  | 'timed_out';

/** What a run did, in records, pages and requests. */
export interface SyncCounts {
  /** Remote records that were read, re-reads in the overlap included. */
  read: number;
  created: number;
  changed: number;
  /** Read, and equal to what is stored. */
  unchanged: number;
  /** Only the raw form differed; no change for readers. */
  raw_only: number;
  deleted: number;
  quarantined: number;
  /** Dropped because a newer version is stored. */
  outdated: number;
  pages: number;
}

export const noCounts: SyncCounts = {
  read: 0,
  created: 0,
  changed: 0,
  unchanged: 0,
  raw_only: 0,
  deleted: 0,
  quarantined: 0,
  outdated: 0,
  pages: 0,
};

/** The sum of two counts. */
export function addCounts(left: Partial<SyncCounts>, right: Partial<SyncCounts>): SyncCounts {
  const sum = { ...noCounts };
  for (const key of Object.keys(sum) as (keyof SyncCounts)[]) sum[key] = (left[key] ?? 0) + (right[key] ?? 0);
  return sum;
}

/** The shares of a step's wall time, in milliseconds; they add up to the whole. */
export interface StepTimings {
  queue_ms?: number;
  source_ms?: number;
  transform_ms?: number;
  store_ms?: number;
  waiting_ms?: number;
  other_ms?: number;
}
