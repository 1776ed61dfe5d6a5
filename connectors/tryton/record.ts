import type { Reference } from '../../model/entities/common.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { ChangedSince, RecordIdentity } from '../connector.ts';
import { asRecord, readInstant, readInteger, readObject, readText } from '../http/remote-value.ts';

/** Stamps hold the start of the writing transaction, so a slow one shows late; five minutes cover its commit. */
export const changedById: ChangedSince = { order: 'id', overlapMs: 300_000, granularityMs: 0.001 };

/**
 * Who and when a record is. The stamp is the record's own, and its parts' stamps are left out on purpose: removing a line
 * by itself moves no stamp of its order (measured), so the newest stamp of header and lines can go back, and a later
 * state would look like an older one. The record's own stamp never goes back.
 */
export function identifyRecord(raw: Json): RecordIdentity {
  const record = asRecord(raw);
  const createdAt = readInstant(record, 'create_date') ?? null;
  return { remoteId: idOf(record), stamp: readInstant(record, 'write_date') ?? createdAt, createdAt };
}

/** A record's id as text. Throws `mapping_failed` where it has none. */
export function idOf(record: JsonObject): string {
  const id = record['id'];
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return String(id);
  const message = 'should be a record id of Tryton, a whole number above 0';
  throw new FlowsError('mapping_failed', `The remote record cannot be read: /id ${message}.`, {
    problems: [{ path: '/id', message }],
  });
}

/** A pointer to another record. */
export function referenceTo(record: JsonObject, key: string): Reference | undefined {
  const id = readInteger(record, key);
  return id === undefined ? undefined : { remote_id: String(id) };
}

/** A text of a record that a reference leads to, e.g. `code` of `currency`; an empty one reads as undefined. */
export function textBehind(record: JsonObject, reference: string, key: string): string | undefined {
  return readObject(record, `${reference}.`, (target) => filled(readText(target, key)));
}

/** A text with something in it, else undefined. */
export function filled(text: string | undefined): string | undefined {
  return text?.trim() ? text : undefined;
}
