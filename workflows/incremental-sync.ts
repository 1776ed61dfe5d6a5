import type { SyncInput, SyncResult } from './contract.ts';
import { continueSync, runSync } from './run-sync.ts';

/** What changed since the last successful sync, started by the stream's schedule. Finding the stream held, it is skipped. */
export function incrementalSync(input: SyncInput): Promise<SyncResult> {
  return runSync(input, { mode: 'incremental', waitsForTurn: false, again: continueSync });
}
