import type { SyncInput, SyncResult } from './contract.ts';
import { continueSync, runSync } from './run-sync.ts';

/** A whole scan that finds deletes and anything missed. Finding the stream held, it waits its turn. */
export function reconcile(input: SyncInput): Promise<SyncResult> {
  return runSync(input, { mode: 'reconcile', waitsForTurn: true, again: continueSync });
}
