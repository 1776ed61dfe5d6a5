import type { SyncInput, SyncResult } from './contract.ts';
import { continueSync, runSync } from './run-sync.ts';

/** The complete snapshot of a stream, first or anew. Finding the stream held, it waits its turn. */
export function initialSync(input: SyncInput): Promise<SyncResult> {
  return runSync(input, { mode: 'full', waitsForTurn: true, again: continueSync });
}
