import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scheduleSpec, spreadOf } from '../../engine/schedule-spec.ts';

const stream = { streamId: 'strm_1', intervalMs: null, cron: null, timeZone: null };
const quarterMs = 15 * 60_000;

describe('when the schedule of a stream fires', () => {
  it('an interval fires at its own place within it', () => {
    const offset = spreadOf('strm_1', quarterMs);
    expect(scheduleSpec({ ...stream, intervalMs: quarterMs })).toEqual({ intervals: [{ every: quarterMs, offset }] });
  });

  it('the place is a whole second within the interval and the same each time', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1_000, max: 30 * 86_400_000 }), (streamId, intervalMs) => {
        const place = spreadOf(streamId, intervalMs);
        expect(place % 1_000).toBe(0);
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThan(intervalMs);
        expect(spreadOf(streamId, intervalMs)).toBe(place);
      }),
    );
  });

  it('a thousand streams of one interval do not meet in one place', () => {
    const perMinute = new Map<number, number>();
    for (let number = 0; number < 1_000; number++) {
      const minute = Math.floor(spreadOf(`strm_${number}`, quarterMs) / 60_000);
      perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    }
    expect(perMinute.size).toBe(15);
    // Evenly would be 67 a minute.
    expect(Math.max(...perMinute.values())).toBeLessThan(120);
  });

  it('a cron text fires in its time zone, and in UTC without one; it goes before an interval', () => {
    const cron = '0 6 * * 1-5';
    expect(scheduleSpec({ ...stream, cron, intervalMs: quarterMs })).toEqual({
      cronExpressions: [cron],
      timezone: 'UTC',
    });
    expect(scheduleSpec({ ...stream, cron, timeZone: 'Asia/Tokyo' })).toMatchObject({ timezone: 'Asia/Tokyo' });
  });

  it('a stream with neither is refused', () => {
    expect(() => scheduleSpec(stream)).toThrow(expect.objectContaining({ code: 'configuration_invalid' }));
  });
});
