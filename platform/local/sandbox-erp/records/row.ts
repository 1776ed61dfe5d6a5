import { parse, stringify } from 'lossless-json';

/** The fields of a record without its head; numbers that must keep their text are `LosslessNumber`. */
export type Fields = Record<string, unknown>;

/** What the ERP knows of a record besides its content. */
export interface RowFacts {
  readonly id: string;
  /** 1 for a new record, one more with each change; kept for unstamped resources too, but not served. */
  readonly version: number;
  readonly createdAt: string;
  readonly changedAt: string | null;
  /** `YYYY-MM-DD`; null where the resource holds no documents. */
  readonly documentDate: string | null;
  readonly open: boolean;
}

/** One committed version of a record, serialised once; never changed, only replaced. */
export interface Row extends RowFacts {
  /** The stamp that orders the record: the change, or the creation before the first change. */
  readonly stamp: string;
  /** The record as served. */
  readonly body: Buffer;
  /** Where the fields begin in `body`; 0 for a record inserted as raw text, which has no known head. */
  readonly headBytes: number;
}

/** Serialises a record: the head first, then its fields in the order given. */
export function encodeRow(facts: RowFacts, options: { stamped: boolean; fields: Fields }): Row {
  return encodeRowText(facts, { stamped: options.stamped, rest: jsonOf(options.fields).slice(1) });
}

/** As `encodeRow`, with the fields as JSON text without the opening bracket. */
export function encodeRowText(facts: RowFacts, options: { stamped: boolean; rest: string }): Row {
  const head = headOf(facts, options.stamped);
  return rowOf(facts, { body: Buffer.from(head + options.rest), headBytes: Buffer.byteLength(head) });
}

/** A record whose text is served byte for byte, unchecked. */
export function rawRow(facts: RowFacts, raw: string): Row {
  return rowOf(facts, { body: Buffer.from(raw), headBytes: 0 });
}

/** The same content under other facts; raw text stays as it is. */
export function withFacts(row: Row, options: { stamped: boolean; facts: RowFacts }): Row {
  if (row.headBytes === 0) return rowOf(options.facts, row);
  return encodeRowText(options.facts, { stamped: options.stamped, rest: row.body.toString('utf8', row.headBytes) });
}

/** The same rows with their bodies side by side in one block of memory, which takes less of it. */
export function packRows(rows: readonly Row[]): Row[] {
  const block = Buffer.concat(rows.map((row) => row.body));
  let at = 0;
  return rows.map((row) => {
    at += row.body.length;
    return rowOf(row, { body: block.subarray(at - row.body.length, at), headBytes: row.headBytes });
  });
}

/** The fields of a record, every number token kept; throws on raw text that is not an object. */
export function fieldsOf(row: Row): Fields {
  const value = parse(row.headBytes === 0 ? row.body.toString() : `{${row.body.toString('utf8', row.headBytes)}`);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`Record ${row.id} is raw text and not a JSON object.`);
  }
  return { ...value };
}

/** Fields as JSON, every number token kept. */
export function jsonOf(fields: Fields): string {
  return stringify(fields) ?? '{}';
}

function headOf(facts: RowFacts, stamped: boolean): string {
  const id = JSON.stringify(facts.id);
  if (!stamped) return `{"Id":${id},`;
  const changedAt = facts.changedAt === null ? 'null' : `"${facts.changedAt}"`;
  return `{"Id":${id},"Version":${facts.version},"CreatedAt":"${facts.createdAt}","ChangedAt":${changedAt},`;
}

function rowOf(facts: RowFacts, content: { body: Buffer; headBytes: number }): Row {
  const { id, version, createdAt, changedAt, documentDate, open } = facts;
  const stamp = changedAt ?? createdAt;
  return {
    id,
    version,
    createdAt,
    changedAt,
    documentDate,
    open,
    stamp,
    body: content.body,
    headBytes: content.headBytes,
  };
}
