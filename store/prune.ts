import { type Database, stored } from './database.ts';

/** Rows that one statement removes; the loop goes on until a portion is not full. */
const portionMax = 10_000;
const portionsMax = 1_000;

/** What is pruned, by its own condition on the instant `$1`, and how many days it is kept. */
const conditions = {
  execution: { keepDays: 90, where: `state <> 'running' and ended_at < $1` },
  outbox: { keepDays: 7, where: 'dispatched_at < $1' },
  sync_request: { keepDays: 30, where: 'ended_at < $1' },
  quarantine: { keepDays: 30, where: 'resolved_at < $1' },
  scan_seen: { keepDays: 0, where: `scan_id in (select id from scan where ended_at < $1)` },
  record: { keepDays: 90, where: 'deleted_at < $1' },
} as const;
export type PrunedTable = keyof typeof conditions;

export const prunedTables = Object.entries(conditions).map(([name, { keepDays }]) => ({
  name: name as PrunedTable,
  keepDays,
}));

/** Removes the rows of a table that ended before an instant, and gives their number. */
export async function pruneTable(database: Database, table: PrunedTable, before: string): Promise<number> {
  const { where } = conditions[table];
  let removed = 0;
  for (let portion = 0; portion < portionsMax; portion++) {
    const { rowCount } = await stored(
      database.pool.query(
        `delete from ${table} where ctid in (select ctid from ${table} where ${where} limit ${portionMax})`,
        [before],
      ),
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < portionMax) break;
  }
  return removed;
}
