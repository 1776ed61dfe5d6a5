import { instantFromMs } from '../../model/instants.ts';
import { pruneTable, prunedTables } from '../../store/prune.ts';
import type { Dependencies } from '../dependencies.ts';
import type { ChoreResult } from './align.ts';

const dayMs = 86_400_000;

/** Removes what has been kept long enough, table by table, in bounded portions. */
export async function prune({ database }: Dependencies): Promise<ChoreResult> {
  const removed: Record<string, number> = {};
  for (const { name, keepDays } of prunedTables) {
    removed[name] = await pruneTable(database, name, instantFromMs(Date.now() - keepDays * dayMs));
  }
  return removed;
}
