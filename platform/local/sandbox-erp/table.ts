import type { Row } from './records/row.ts';

/** A place in one of the two orders. */
export interface Position {
  readonly stamp: string;
  readonly id: string;
}

export type RowOrder = 'id' | 'changed';

/** The committed rows of one resource, kept in id order and in stamp order. */
export interface Table {
  get(id: string): Row | undefined;
  size(): number;
  /** All rows in this order; do not change the array. */
  rows(order: RowOrder): readonly Row[];
  /** Index of the first row at or after a position. */
  indexOf(order: RowOrder, position: Position): number;
  /** Adds rows, or replaces those with the same id. */
  put(rows: readonly Row[]): void;
  remove(ids: readonly string[]): Row[];
  replaceAll(rows: readonly Row[]): void;
}

/** Above this many rows at once, sorting again is cheaper than moving each. */
const resortAbove = 64;

/** Creates a table; positions are compared as text by UTF-16 code unit. */
export function createTable(initial: readonly Row[]): Table {
  const byId = new Map<string, Row>();
  const orders = { id: createOrder(byId, compareIds), changed: createOrder(byId, compareStamps) };
  const exchange = (removed: readonly Row[], added: readonly Row[]): void => {
    for (const row of removed) byId.delete(row.id);
    for (const row of added) byId.set(row.id, row);
    for (const order of Object.values(orders)) order.exchange(removed, added);
  };
  const present = (ids: readonly string[]): Row[] =>
    [...new Set(ids)].map((id) => byId.get(id)).filter((row) => row !== undefined);
  exchange([], initial);
  return {
    get: (id) => byId.get(id),
    size: () => byId.size,
    rows: (order) => orders[order].rows(),
    indexOf: (order, position) => orders[order].indexOf(position),
    put: (rows) => exchange(present(rows.map((row) => row.id)), rows),
    remove(ids) {
      const rows = present(ids);
      exchange(rows, []);
      return rows;
    },
    replaceAll: (rows) => exchange([...byId.values()], rows),
  };
}

type Compare = (left: Position, right: Position) => number;

interface Order {
  rows(): readonly Row[];
  indexOf(position: Position): number;
  exchange(removed: readonly Row[], added: readonly Row[]): void;
}

function createOrder(byId: ReadonlyMap<string, Row>, compare: Compare): Order {
  let sorted: Row[] | undefined = [];
  const rows = (): Row[] => {
    sorted ??= [...byId.values()].sort(compare);
    return sorted;
  };
  const indexOf = (position: Position): number => {
    const list = rows();
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = list[middle];
      if (row !== undefined && compare(row, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    rows,
    indexOf,
    exchange(removed, added) {
      if (removed.length + added.length > resortAbove) sorted = undefined;
      if (sorted === undefined) return;
      for (const row of removed) sorted.splice(indexOf(row), 1);
      for (const row of added) sorted.splice(indexOf(row), 0, row);
    },
  };
}

function compareIds(left: Position, right: Position): number {
  return compareText(left.id, right.id);
}

function compareStamps(left: Position, right: Position): number {
  return compareText(left.stamp, right.stamp) || compareText(left.id, right.id);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
