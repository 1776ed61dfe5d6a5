import { describe, expect, test } from 'vitest';
import { errorFromAnswer } from '../../connectors/http/errors.ts';
import type { HttpAnswer } from '../../connectors/http/http-messages.ts';
import { parseRetryAfterMs } from '../../connectors/http/retry-after.ts';
import { isoStamps } from '../../connectors/http/stamps.ts';

const now = Date.parse('2026-11-01T00:00:00Z');

function answer(
  status: number,
  { headers = {}, text = '' }: { headers?: Record<string, string>; text?: string } = {},
): HttpAnswer {
  return {
    request: 'GET https://erp.test/x',
    status,
    headers,
    text,
    bytes: text.length,
    receivedAtMs: now,
    json: () => null,
  };
}

describe('statuses', () => {
  test.each([
    [400, 'validation_failed'],
    [401, 'authentication_failed'],
    [403, 'permission_denied'],
    [404, 'not_found'],
    [409, 'version_conflict'],
    [410, 'cursor_expired'],
    [413, 'validation_failed'],
    [422, 'validation_failed'],
    [423, 'locked'],
    [429, 'rate_limited'],
    [500, 'system_error'],
    [501, 'unsupported'],
    [502, 'system_unreachable'],
    [503, 'system_unreachable'],
    [504, 'system_unreachable'],
    [599, 'system_error'],
    [200, 'bad_response'],
    [302, 'bad_response'],
    [418, 'bad_response'],
  ])('%i that no connector recognised is %s', (status, code) => {
    const error = errorFromAnswer(answer(status), { system: 'test' });
    expect(error).toMatchObject({ code, upstream: { system: 'test', status } });
    expect(error.message).toContain(`GET https://erp.test/x answered ${status}`);
  });

  test("the system's own code and text are kept, and a code of ours wins over the status", () => {
    const error = errorFromAnswer(answer(200), { system: 'test', code: 'E7', message: 'record is open', as: 'locked' });
    expect(error).toMatchObject({ code: 'locked', upstream: { code: 'E7', message: 'record is open' } });
  });

  test('a body that becomes a message loses its secrets', () => {
    const error = errorFromAnswer(answer(500, { text: '{"password":"hunter2"}' }), { system: 'test' });
    expect(JSON.stringify([error.message, error.upstream])).not.toContain('hunter2');
  });

  test("a wait until a date counts from the system's own clock", () => {
    const headers = { date: 'Sun, 01 Nov 2020 00:00:00 GMT', 'retry-after': 'Sun, 01 Nov 2020 00:00:07 GMT' };
    expect(errorFromAnswer(answer(429, { headers }), { system: 'test' }).retryAfterMs).toBe(7_000);
    expect(errorFromAnswer(answer(503, { headers: { 'retry-after': '3' } }), { system: 'test' }).retryAfterMs).toBe(
      3_000,
    );
  });
});

describe('Retry-After', () => {
  test.each([
    ['120', 120_000],
    [' 1.5 ', 1_500],
    ['0', 0],
    ['999999999999', 3_600_000],
    ['Sun, 01 Nov 2026 00:00:30 GMT', 30_000],
    ['Sun, 01 Nov 2026 23:00:00 GMT', 3_600_000],
    ['Sat, 31 Oct 2026 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['2026', 2_026_000],
    ['Nov 2026', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j ms', (value, expected) => {
    expect(parseRetryAfterMs(value, now)).toBe(expected);
  });
});

describe('ISO stamps', () => {
  test('a stamp is its instant, and moves with its microseconds', () => {
    expect(isoStamps.toInstant('2026-11-01T08:15:30.123456Z')).toBe('2026-11-01T08:15:30.123456Z');
    expect(isoStamps.shift('2026-11-01T00:00:00.123456Z', -300_000)).toBe('2026-10-31T23:55:00.123456Z');
  });

  test.each(['', '2026-11-01', '2026-11-01T08:15:30Z', '2026-13-01T08:15:30.123456Z'])(
    '%j is a bad response',
    (stamp) => {
      expect(() => isoStamps.toInstant(stamp)).toThrowError(expect.objectContaining({ code: 'bad_response' }));
      expect(() => isoStamps.shift(stamp, 1)).toThrowError(expect.objectContaining({ code: 'bad_response' }));
    },
  );
});
