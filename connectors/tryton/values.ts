import { type Json, type JsonObject, isJsonObject } from '../../model/json.ts';

/**
 * A value from JSON-RPC without Tryton's `__class__` objects: a Decimal is its text (digits as sent), a datetime a UTC
 * instant with six digits (Tryton's datetimes are UTC without a mark), a date `YYYY-MM-DD`, a time `HH:MM:SS.ffffff`, a
 * timedelta its seconds, bytes base64 without line breaks; the keys of objects are sorted. Pure.
 */
export function toPlain(value: Json): Json {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!isJsonObject(value)) return value;
  const read = typeof value['__class__'] === 'string' ? readers[value['__class__']] : undefined;
  if (read) return read(value);
  // Tryton builds records from Python sets, whose order differs from process to process: unsorted, each restart of the
  // server would make every record look changed.
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, toPlain(value[key] ?? null)]));
}

/** An instant (UTC, six digits) as JSON-RPC carries it. */
export function wireInstant(instant: string): JsonObject {
  const [year, month, day, hour, minute, second, microsecond] = numbersIn(instant);
  return parts('datetime', { year, month, day, hour, minute, second, microsecond });
}

/** A calendar day as JSON-RPC carries it. */
export function wireDate(day: string): JsonObject {
  const [year, month, dayOfMonth] = numbersIn(day);
  return parts('date', { year, month, day: dayOfMonth });
}

const readers: Readonly<Record<string, (value: JsonObject) => Json>> = {
  Decimal: (value) => value['decimal'] ?? null,
  date: dayOf,
  datetime: (value) => `${dayOf(value)}T${timeOf(value)}Z`,
  time: timeOf,
  timedelta: (value) => value['seconds'] ?? null,
  bytes: ({ base64 }) => (typeof base64 === 'string' ? base64.replaceAll('\n', '') : null),
};

function dayOf(value: JsonObject): string {
  return `${digits(value['year'], 4)}-${digits(value['month'], 2)}-${digits(value['day'], 2)}`;
}

function timeOf(value: JsonObject): string {
  const clock = ['hour', 'minute', 'second'].map((part) => digits(value[part], 2)).join(':');
  return `${clock}.${digits(value['microsecond'], 6)}`;
}

function digits(value: Json | undefined, width: number): string {
  return String(typeof value === 'number' ? value : 0).padStart(width, '0');
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function parts(name: string, values: Readonly<Record<string, number | undefined>>): JsonObject {
  const object: JsonObject = { __class__: name };
  for (const [key, value] of Object.entries(values)) object[key] = value ?? 0;
  return object;
}
