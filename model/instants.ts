import { z } from 'zod';

/** An instant in UTC with six digits of a second, e.g. `2026-11-01T08:15:30.123456Z`: sorts as text. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/, 'must be a UTC instant with six digits of a second');

const realPattern =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

/** Whether a text is an instant of our form on a day that there is (no 30 February), in the years 1 to 9999. */
export function isInstant(text: string): boolean {
  if (!realPattern.test(text)) return false;
  const day = Number(text.slice(8, 10));
  return day <= 28 || new Date(Date.parse(text.slice(0, 10))).getUTCDate() === day;
}

/** A calendar day without a zone: `YYYY-MM-DD`. */
export const calendarDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-01');

const isoPattern = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * The instant of an ISO 8601 text, any precision up to nanoseconds (digits past six are cut). A text without a zone
 * mark is taken as UTC. Gives null for what is no instant.
 */
export function toInstant(text: string): string | null {
  const match = isoPattern.exec(text.trim());
  if (!match) return null;
  const [, date = '', time = '', fraction = '', zone = 'Z'] = match;
  const six = fraction.padEnd(6, '0').slice(0, 6);
  const milliseconds = Date.parse(`${date}T${time}${zone === 'Z' ? 'Z' : zone}`);
  if (Number.isNaN(milliseconds)) return null;
  if (zone === 'Z') return `${date}T${time}.${six}Z`;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${six}Z`;
}

/** The instant that lies `shiftMs` later (earlier when negative); the digits below a millisecond are kept. */
export function shiftInstant(text: string, shiftMs: number): string {
  const moved = new Date(Date.parse(`${text.slice(0, 23)}Z`) + shiftMs).toISOString();
  return `${moved.slice(0, 23)}${text.slice(23)}`;
}

/** An instant from milliseconds since 1970. */
export function instantFromMs(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since 1970 of an instant, its microseconds cut. */
export function instantToMs(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`);
}

/** The day `days` before an instant, in UTC. */
export function dateBefore(instantText: string, days: number): string {
  return new Date(instantToMs(instantText) - days * 86_400_000).toISOString().slice(0, 10);
}
