import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  dateBefore,
  instant,
  instantFromMs,
  instantToMs,
  isInstant,
  shiftInstant,
  toInstant,
} from '../../model/instants.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

const ms = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const offset = fc
  .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 13 }), fc.constantFrom(0, 15, 30, 45))
  .map(([sign, hours, minutes]) => `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`);

test.each([
  ['2026-11-01T08:15:30Z', '2026-11-01T08:15:30.000000Z'],
  ['2026-11-01 08:15:30.5', '2026-11-01T08:15:30.500000Z'],
  ['2026-11-01T08:15:30.123456789Z', '2026-11-01T08:15:30.123456Z'],
  ['2026-11-01T01:30:00-07:00', '2026-11-01T08:30:00.000000Z'],
  ['2026-11-01T01:30:00-08:00', '2026-11-01T09:30:00.000000Z'],
  ['2026-03-29T02:30:00+05:30', '2026-03-28T21:00:00.000000Z'],
  ['2026-04-05T03:15:00.000001+1345', '2026-04-04T13:30:00.000001Z'],
])('S5 %s is the instant %s', (text, expected) => {
  expect(toInstant(text)).toBe(expected);
});

test.each([
  '',
  '2026-11-01',
  '08:15:30',
  '2026-13-01T00:00:00Z',
  '2026-11-01T25:00:00Z',
  '01.11.2026 08:15:30',
  '2026-11-01T08:15:30 UTC',
])('%j is no instant', (text) => {
  expect(toInstant(text)).toBeNull();
});

describe('instants', () => {
  it('have one form, whatever zone they were written in, and keep their microseconds', () => {
    fc.assert(
      fc.property(ms, offset, fc.integer({ min: 0, max: 999_999 }), (at, zone, micros) => {
        const fraction = String(micros).padStart(6, '0');
        const [sign, hours, minutes] = [zone[0], zone.slice(1, 3), zone.slice(4)];
        const shift = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
        const local = new Date(at + shift).toISOString().slice(0, 19);
        const utc = new Date(at).toISOString().slice(0, 19);
        expect(toInstant(`${local}.${fraction}${zone}`)).toBe(`${utc}.${fraction}Z`);
        expect(instant.safeParse(`${utc}.${fraction}Z`).success).toBe(true);
      }),
      { seed },
    );
  });

  it('sort as text as they do in time', () => {
    fc.assert(
      fc.property(ms, ms, (left, right) => {
        expect(instantFromMs(left) < instantFromMs(right)).toBe(left < right);
      }),
      { seed },
    );
  });

  it('shift there and back to what they were, microseconds included', () => {
    fc.assert(
      fc.property(ms, fc.integer({ min: -1e10, max: 1e10 }), fc.integer({ min: 0, max: 999 }), (at, by, micros) => {
        const text = instantFromMs(at + 1e10).replace(/000Z$/, `${String(micros).padStart(3, '0')}Z`);
        const shifted = shiftInstant(text, by);
        expect(instantToMs(shifted) - instantToMs(text)).toBe(by);
        expect(shiftInstant(shifted, -by)).toBe(text);
      }),
      { seed },
    );
  });

  it('are so many days after their day before', () => {
    expect(dateBefore('2026-03-01T00:30:00.000000Z', 1)).toBe('2026-02-28');
    expect(dateBefore('2026-11-01T23:59:59.999999Z', 90)).toBe('2026-08-03');
  });
});

test.each([
  ['2026-02-28T23:59:59.999999Z', true],
  ['2028-02-29T00:00:00.000000Z', true],
  ['2026-02-29T00:00:00.000000Z', false],
  ['2026-04-31T00:00:00.000000Z', false],
  ['2026-13-01T00:00:00.000000Z', false],
  ['2026-11-01T24:00:00.000000Z', false],
  ['0000-01-01T00:00:00.000000Z', false],
  ['2026-11-01T08:15:30Z', false],
])('%s is an instant: %s', (text, expected) => {
  expect(isInstant(text)).toBe(expected);
});
