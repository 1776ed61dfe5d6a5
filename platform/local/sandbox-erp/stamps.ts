/** Microseconds since 1970 as a safe integer, and its text on the wire. */
export type Micros = number;

export const microsPerSecond = 1_000_000;
export const microsPerDay = 86_400 * microsPerSecond;

/** `2026-11-01T08:15:30.123456Z`; text order is time order for the years 0001 to 9999. */
export function stampOf(micros: Micros): string {
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  const fraction = ((micros % microsPerSecond) + microsPerSecond) % microsPerSecond;
  return flat(`${seconds}.${String(fraction).padStart(6, '0')}Z`);
}

/** One plain string instead of a chain of pieces, which takes less memory: hundreds of thousands of stamps are kept. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** The date part of a stamp. */
export function dateOf(micros: Micros): string {
  return stampOf(micros).slice(0, 10);
}

/** Reads a UTC stamp with 0 to 6 fraction digits; `undefined` where the text is none. */
export function parseStamp(text: string): Micros | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text);
  const millis = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
  return Number.isNaN(millis) ? undefined : millis * 1000 + Number((match?.[2] ?? '0').padEnd(6, '0'));
}
