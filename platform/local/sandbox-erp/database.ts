import { createHeldWrites, type HeldWrites } from './held-writes.ts';
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
  readonly held: Pick<HeldWrites, 'settle' | 'settleRecords' | 'count'>;
  table(name: ResourceName): Table;
  /** Commits rows now, or when the clock reaches `visibleAt`. */
  write(name: ResourceName, rows: readonly Row[], options: { visibleAt: Micros | null }): void;
  /** Deletes rows and held writes to them; returns the ids that were there. */
  remove(name: ResourceName, ids: readonly string[], options: { at: Micros; feed: boolean }): string[];
  /** Removes every row without a trace in the delete feed. */
  empty(name: ResourceName): number;
  deletions(): readonly Deletion[];
  /** A position for a new record's id, never given twice. */
  nextIndex(name: ResourceName): number;
  /** The next ids in id order, going round, after those given last time. */
  nextIds(name: ResourceName, count: number): string[];
  snapshot(): number;
  /** Puts the data of the last snapshot back; undefined when there is none. */
  restore(): number | undefined;
}

interface Snapshot {
  readonly rows: ReadonlyMap<ResourceName, readonly Row[]>;
  readonly deletions: readonly Deletion[];
}

/** Creates the database with the sample data of a plan. */
export function createDatabase(plan: SamplePlan): Database {
  const tables = new Map(resourceNames.map((name) => [name, createTable(sampleRows(plan, name))]));
  const table = (name: ResourceName): Table => {
    const found = tables.get(name);
    if (found === undefined) throw new Error(`No table for ${name}.`);
    return found;
  };
  const held = createHeldWrites((name, rows) => table(name).put(rows));
  let deletions: Deletion[] = [];
  let lastDeletion = 0;
  let saved: Snapshot | undefined;
  return {
    plan,
    held,
    table,
    ...createIdChoice({ plan, table }),
    write(name, rows, { visibleAt }) {
      if (visibleAt === null) table(name).put(rows);
      else held.add(name, rows, { visibleAt });
    },
    remove(name, ids, { at, feed }) {
      held.forget(name, ids);
      const removed = table(name).remove(ids);
      const entries = removed.map(({ id }) => ({ seq: ++lastDeletion, resource: name, id, deletedAt: stampOf(at) }));
      if (feed) deletions = [...deletions, ...entries];
      return removed.map((row) => row.id);
    },
    empty(name) {
      const removed = table(name).size();
      held.forget(name);
      table(name).replaceAll([]);
      return removed;
    },
    deletions: () => deletions,
    snapshot() {
      saved = { rows: new Map([...tables].map(([name, rows]) => [name, [...rows.rows('id')]])), deletions };
      return countRows(saved);
    },
    restore() {
      if (saved === undefined) return undefined;
      held.forgetAll();
      deletions = [...saved.deletions];
      for (const [name, rows] of saved.rows) table(name).replaceAll(rows);
      return countRows(saved);
    },
  };
}

function createIdChoice(options: {
  plan: SamplePlan;
  table: (name: ResourceName) => Table;
}): Pick<Database, 'nextIndex' | 'nextIds'> {
  const nextIndexes = new Map<ResourceName, number>();
  const lastChosen = new Map<ResourceName, string>();
  return {
    nextIndex(name) {
      const index = nextIndexes.get(name) ?? options.plan.counts[name];
      nextIndexes.set(name, index + 1);
      return index;
    },
    nextIds(name, count) {
      const table = options.table(name);
      const rows = table.rows('id');
      // NUL sorts before every other character: the first id after the last one given.
      const start = table.indexOf('id', { stamp: '', id: `${lastChosen.get(name) ?? ''}\u0000` });
      const length = Math.min(count, rows.length);
      const chosen = Array.from({ length }, (_, step) => rows[(start + step) % rows.length]);
      const ids = chosen.flatMap((row) => (row === undefined ? [] : [row.id]));
      lastChosen.set(name, ids.at(-1) ?? '');
      return ids;
    },
  };
}

function countRows(snapshot: Snapshot): number {
  return [...snapshot.rows.values()].reduce((sum, rows) => sum + rows.length, 0);
}
