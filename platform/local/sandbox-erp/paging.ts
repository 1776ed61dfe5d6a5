import { writeContinuation } from './continuation.ts';
import type { Answer } from './http-answer.ts';
import type { PageQuery } from './page-query.ts';
import type { ResourceName } from './records/resource.ts';
import type { Row } from './records/row.ts';
import type { Micros } from './stamps.ts';
import type { Position, RowOrder, Table } from './table.ts';

/** How a fault bends a page; nothing of it is set on a healthy one. */
export interface PageShape {
  /** Begin with this many rows of the page before. */
  readonly repeatRows?: number;
  /** Give at most this many rows, or half of what was asked. */
  readonly rowsAtMost?: number | 'half';
  /** Show nothing, as if there were nothing. */
  readonly emptied?: boolean;
}

/** Answers one list page; `Next` stands first so that a client can go on before it has read the items. */
export function pageAnswer(
  table: Table,
  options: { name: ResourceName; query: PageQuery; shape: PageShape; now: Micros },
): Answer {
  const { name, query, shape } = options;
  const bound = query.changedUntil === null ? '' : `"ChangedUntil":"${query.changedUntil}",`;
  if (shape.emptied === true) return itemsAnswer([], { next: null, bound });
  const page = findRows(table, { query, shape });
  const next = page.more ? nextLink({ ...query, after: page.end }, { name, now: options.now }) : null;
  return itemsAnswer(page.rows, { next, bound });
}

/** Serialises rows as a page with the link to the next one. */
export function itemsAnswer(
  rows: readonly Pick<Row, 'body'>[],
  options: { next: string | null; bound?: string },
): Answer {
  const head = Buffer.from(`{"Next":${JSON.stringify(options.next)},"Count":${rows.length},${options.bound ?? ''}`);
  const bytes = rows.reduce((sum, row) => sum + row.body.length + 1, head.length + '"Items":[]}'.length);
  const body = Buffer.allocUnsafe(bytes);
  let at = head.copy(body) + body.write('"Items":[', head.length, 'latin1');
  for (const row of rows) {
    at += row.body.copy(body, at);
    body[at] = 0x2c;
    at += 1;
  }
  if (rows.length > 0) at -= 1;
  at += body.write(']}', at, 'latin1');
  return { status: 200, body: body.subarray(0, at), itemsAt: head.length };
}

interface FoundRows {
  readonly rows: readonly Row[];
  readonly end: Position | null;
  /** Whether another row of the pass follows. */
  readonly more: boolean;
}

function findRows(table: Table, options: { query: PageQuery; shape: PageShape }): FoundRows {
  const { query, shape } = options;
  const order: RowOrder = query.order === 'id' ? 'id' : 'changed';
  const all = table.rows(order);
  const matches = rowFilter(query);
  const start = startIndex(table, { query, order });
  const repeated = rowsBefore(all, { start, count: Math.min(shape.repeatRows ?? 0, query.limit - 1), matches });
  const most = Math.min(query.limit - repeated.length, rowsAllowed(query.limit, shape));
  const fresh: Row[] = [];
  let more = false;
  for (let index = start; index < all.length; index += 1) {
    const row = all[index];
    if (row === undefined || !matches(row)) continue;
    if (fresh.length >= most) {
      more = true;
      break;
    }
    fresh.push(row);
  }
  const last = fresh.at(-1);
  const end = last === undefined ? query.after : { stamp: last.stamp, id: last.id };
  return { rows: [...repeated, ...fresh], end, more };
}

function rowsAllowed(limit: number, shape: PageShape): number {
  if (shape.rowsAtMost === 'half') return Math.max(1, Math.floor(limit / 2));
  return shape.rowsAtMost ?? limit;
}

function startIndex(table: Table, options: { query: PageQuery; order: RowOrder }): number {
  const { query, order } = options;
  const since = query.changedSince;
  const first = order === 'changed' && since !== null ? table.indexOf(order, { stamp: since, id: '' }) : 0;
  if (query.after === null) return first;
  const index = table.indexOf(order, query.after);
  const row = table.rows(order)[index];
  const same = row !== undefined && row.id === query.after.id && (order === 'id' || row.stamp === query.after.stamp);
  return Math.max(first, same ? index + 1 : index);
}

function rowsBefore(
  all: readonly Row[],
  options: { start: number; count: number; matches: (row: Row) => boolean },
): Row[] {
  const rows: Row[] = [];
  for (let index = options.start - 1; index >= 0 && rows.length < options.count; index -= 1) {
    const row = all[index];
    if (row !== undefined && options.matches(row)) rows.unshift(row);
  }
  return rows;
}

function rowFilter(query: PageQuery): (row: Row) => boolean {
  const { changedSince, changedUntil, documentDateFrom, orOpen } = query;
  return (row) => {
    if (changedSince !== null && row.stamp < changedSince) return false;
    if (changedUntil !== null && row.stamp >= changedUntil) return false;
    if (documentDateFrom === null) return true;
    return (row.documentDate !== null && row.documentDate >= documentDateFrom) || (orOpen && row.open);
  };
}

function nextLink(query: PageQuery, options: { name: ResourceName; now: Micros }): string {
  if (query.order === 'continuation') {
    return `/${options.name}?order=continuation&token=${writeContinuation(query, options.now)}`;
  }
  const parts: [string, string | null][] = [
    ['order', query.order],
    ...(query.order === 'id' ? [afterPart(query)] : stampParts(query)),
    ['limit', String(query.limit)],
    ['changed-since', query.changedSince],
    ['document-date-from', query.documentDateFrom],
    ['or-open', query.orOpen ? 'true' : null],
  ];
  const text = parts.flatMap(([key, value]) => (value === null ? [] : [`${key}=${encodeURIComponent(value)}`]));
  return `/${options.name}?${text.join('&')}`;
}

function afterPart(query: PageQuery): [string, string | null] {
  return ['after', query.after?.id ?? null];
}

function stampParts(query: PageQuery): [string, string | null][] {
  return [
    ['after-stamp', query.after?.stamp ?? null],
    ['after-id', query.after?.id ?? null],
  ];
}
