import { toDecimal } from '../../model/decimals.ts';
import type { Money, Reference } from '../../model/entities/common.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { toInstant } from '../../model/instants.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';

/**
 * Readers of one field of a remote record, for a connector's `toUnified`. A field that is absent or null reads as
 * undefined. One of another kind than expected throws `mapping_failed` with the path of the field in the remote record:
 * paths are put together only then, so that reading costs little where all is well.
 */

/** A remote record as an object. */
export function asRecord(raw: Json): JsonObject {
  if (isJsonObject(raw)) return raw;
  throw unreadable('', 'an object', raw);
}

/** A record's id: a text with something in it and no control characters. */
export function readId(record: JsonObject, key: string): string {
  const value = record[key];
  if (typeof value === 'string' && value !== '' && !/\p{Cc}/u.test(value)) return value;
  throw unreadableField(record, key, 'an id without control characters');
}

export function readText(record: JsonObject, key: string): string | undefined {
  const value = record[key];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  throw unreadableField(record, key, 'a text');
}

export function readRequiredText(record: JsonObject, key: string): string {
  return readText(record, key) ?? missing(record, key, 'a text');
}

export function readDecimal(record: JsonObject, key: string): string | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  const decimal = typeof value === 'string' || typeof value === 'number' ? toDecimal(value) : null;
  return decimal ?? missing(record, key, 'a decimal number');
}

export function readRequiredDecimal(record: JsonObject, key: string): string {
  return readDecimal(record, key) ?? missing(record, key, 'a decimal number');
}

/** A whole number that a double holds exactly, from a JSON number or a text of digits. */
export function readInteger(record: JsonObject, key: string): number | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw unreadableField(record, key, 'a whole number');
}

export function readFlag(record: JsonObject, key: string): boolean | undefined {
  const value = record[key];
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  throw unreadableField(record, key, 'true or false');
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** A calendar day `YYYY-MM-DD`. */
export function readDate(record: JsonObject, key: string): string | undefined {
  const text = readText(record, key);
  if (text === undefined || datePattern.test(text)) return text;
  throw unreadableField(record, key, 'a date like 2026-11-01');
}

/** An ISO 8601 instant, as UTC with six digits. */
export function readInstant(record: JsonObject, key: string): string | undefined {
  const text = readText(record, key);
  return text === undefined
    ? undefined
    : (toInstant(text) ?? missing(record, key, 'an instant like 2026-11-01T08:15:30Z'));
}

/** A pointer to another record; an empty text points to none. */
export function readReference(record: JsonObject, key: string): Reference | undefined {
  const remoteId = readText(record, key);
  return remoteId === undefined || remoteId === '' ? undefined : { remote_id: remoteId };
}

export function readRequiredReference(record: JsonObject, key: string): Reference {
  return readReference(record, key) ?? missing(record, key, 'a reference');
}

/** An amount in a currency that stands elsewhere; without a currency it is no money, and reads as undefined. */
export function readMoney(record: JsonObject, key: string, currency: string | undefined): Money | undefined {
  const amount = readDecimal(record, key);
  return amount === undefined || currency === undefined ? undefined : { amount, currency };
}

/** Our word for a system's word; undefined where there is no such word in the table, too. */
export function readWord<Word>(record: JsonObject, key: string, words: ReadonlyMap<string, Word>): Word | undefined {
  const text = readText(record, key);
  return text === undefined ? undefined : words.get(text);
}

/** An object inside the record; a problem inside it is reported with its whole path. */
export function readObject<Value>(
  record: JsonObject,
  key: string,
  read: (part: JsonObject) => Value,
): Value | undefined {
  const value = record[key];
  if (value === undefined || value === null) return undefined;
  if (!isJsonObject(value)) throw unreadableField(record, key, 'an object');
  try {
    return read(value);
  } catch (error) {
    throw below(error, pointer(key));
  }
}

/** A list of objects; a problem inside one is reported with its whole path. */
export function readList<Value>(
  record: JsonObject,
  key: string,
  read: (part: JsonObject) => Value,
): Value[] | undefined {
  const list = record[key];
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) throw unreadableField(record, key, 'a list');
  const values: Value[] = [];
  let index = 0;
  try {
    for (; index < list.length; index += 1) values.push(read(asRecord(list[index] ?? null)));
  } catch (error) {
    throw below(error, `${pointer(key)}/${index}`);
  }
  return values;
}

/** A list of texts; nulls in it are left out. */
export function readTexts(record: JsonObject, key: string): string[] | undefined {
  const list = record[key];
  if (list === undefined || list === null) return undefined;
  const texts = Array.isArray(list) ? list.filter((text) => text !== null) : [null];
  if (texts.every((text) => typeof text === 'string')) return texts;
  throw unreadableField(record, key, 'a list of texts');
}

function missing(record: JsonObject, key: string, expected: string): never {
  throw unreadableField(record, key, expected);
}

function unreadableField(record: JsonObject, key: string, expected: string): FlowsError {
  return unreadable(pointer(key), expected, record[key]);
}

function unreadable(path: string, expected: string, value: Json | undefined): FlowsError {
  return mappingFailed(path, `should be ${expected} but is ${describe(value)}`);
}

function mappingFailed(path: string, message: string): FlowsError {
  return new FlowsError(
    'mapping_failed',
    `The remote record cannot be read: ${path === '' ? 'it' : path} ${message}. Correct it in the system and retry the record.`,
    { problems: [{ path, message }] },
  );
}

/** The same error with its path below `prefix`; anything else as it is. */
function below(error: unknown, prefix: string): unknown {
  const problem = error instanceof FlowsError && error.code === 'mapping_failed' ? error.problems[0] : undefined;
  return problem ? mappingFailed(prefix + problem.path, problem.message) : error;
}

function pointer(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The kind of a value and the start of a short one, so that the message can be understood without the record. */
function describe(value: Json | undefined): string {
  if (value === undefined || value === null) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value);
}
