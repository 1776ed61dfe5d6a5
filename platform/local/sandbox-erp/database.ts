import { type ResourceName, resourceNames, type SamplePlan } from './records/resource.ts';
import type { Row } from './records/row.ts';
import { sampleRows } from './records/sample.ts';
import { type Micros, stampOf } from './stamps.ts';
import { createTable, type Table } from './table.ts';

/** One entry of the delete feed. */
export interface Deletion {
  readonly seq: number;
  readonly resource: ResourceName;
  readonly id: string;
  readonly deletedAt: string;
}

/** What the ERP has committed, and what it has stamped and not committed yet. */
export interface Database {
  readonly plan: SamplePlan;
  table(name: ResourceName): Table;
  /** Commits rows now, or when the clock of `settle` reaches `visibleAt`. */
  write(name: ResourceName, rows: readonly Row[], options: { visibleAt: Micros | null }): void;
  /** Deletes rows and those waiting to be visible; returns the ids that were there. */
  remove(name: ResourceName, ids: readonly string[], options: { at: Micros; feed: boolean }): string[];
  /** Removes every row without a trace in the delete feed. */
  empty(name: ResourceName): number;
  /** Makes held writes visible whose time has come. */
  settle(now: Micros): void;
  /** Commits held writes to these records at once; a second writer waits for the first. */
  settleRecords(name: ResourceName, ids: readonly string[]): void;
  pendingCount(): number;
  deletions(): readonly Deletion[];
  /** A position for a new record's id, never given twice. */
  nextIndex(name: ResourceName): number;
  /** The next ids in id order, going round, after those given last time. */
  nextIds(name: ResourceName, count: number): string[];
  snapshot(): number;
  /** Puts the data of the last snapshot back; undefined when there is none. */
  restore(): number | undefined;
}

interface HeldWrite {
  readonly name: ResourceName;
  readonly row: Row;
  readonly visibleAt: Micros;
}

interface Snapshot {
  readonly rows: ReadonlyMap<ResourceName, readonly Row[]>;
  readonly deletions: readonly Deletion[];
}

/** Creates the database with the sample data of a plan. */
export function createDatabase(plan: SamplePlan): Database {
  const tables = new Map(resourceNames.map((name) => [name, createTable(sampleRows(plan, name))]));
  const nextIndexes = new Map<ResourceName, number>(resourceNames.map((name) => [name, plan.counts[name]]));
  const lastChosen = new Map<ResourceName, string>();
  let held: HeldWrite[] = [];
  let deletions: Deletion[] = [];
  let lastDeletion = 0;
  let saved: Snapshot | undefined;
  const table = (name: ResourceName): Table => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`No table for ${name}.`);
    return found;
  };
  const commitHeld = (due: (write: HeldWrite) => boolean): void => {
    if (held.length === 0) return;
    for (const name of resourceNames) {
      const rows = held.filter((write) => write.name === name && due(write)).map((write) => write.row);
      if (rows.length > 0) table(name).put(rows);
    }
    held = held.filter((write) => !due(write));
  };
  return {
    plan,
    table,
    write(name, rows, { visibleAt }) {
      if (visibleAt === null) table(name).put(rows);
      else held.push(...rows.map((row) => ({ name, row, visibleAt })));
    },
    remove(name, ids, { at, feed }) {
      const wanted = new Set(ids);
      held = held.filter((write) => write.name !== name || !wanted.has(write.row.id));
      const removed = table(name).remove(ids).map((row) => row.id);
      if (feed) {
        deletions.push(
          ...removed.map((id) => ({ seq: ++lastDeletion, resource: name, id, deletedAt: stampOf(at) })),
        );
      }
      return removed;
    },
    empty(name) {
      const removed = table(name).size();
      held = held.filter((write) => write.name !== name);
      table(name).replaceAll([]);
      return removed;
    },
    settle: (now) => commitHeld((write) => write.visibleAt <= now),
    settleRecords(name, ids) {
      const wanted = new Set(ids);
      commitHeld((write) => write.name === name && wanted.has(write.row.id));
    },
    pendingCount: () => held.length,
    deletions: () => deletions,
    nextIndex(name) {
      const index = nextIndexes.get(name) ?? 0;
      nextIndexes.set(name, index + 1);
      return index;
    },
    nextIds(name, count) {
      const rows = table(name).rows('id');
      const start = table(name).indexOf('id', { stamp: '', id: `${lastChosen.get(name) ?? ''}\u0000` });
      const chosen = Array.from({ length: Math.min(count, rows.length) }, (_, step) => rows[(start + step) % rows.length]);
      const ids = chosen.flatMap((row) => (row === undefined ? [] : [row.id]));
      lastChosen.set(name, ids.at(-1) ?? '');
      return ids;
    },
    snapshot() {
      saved = { rows: new Map([...tables].map(([name, rows]) => [name, [...rows.rows('id')]])), deletions: [...deletions] };
      return countRows(saved);
    },
    restore() {
      if (saved === undefined) return undefined;
      held = [];
      deletions = [...saved.deletions];
      for (const [name, rows] of saved.rows) table(name).replaceAll(rows);
      return countRows(saved);
    },
  };
}

function countRows(snapshot: Snapshot): number {
  return [...snapshot.rows.values()].reduce((sum, rows) => sum + rows.length, 0);
}
