import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  codeOf,
  idsOf,
  type SandboxClient,
  type SandboxPage,
  startSandboxClient,
} from '../support/sandbox-erp-client.ts';

describe('scripted faults of the sandbox ERP', () => {
  let client: SandboxClient;
  beforeEach(async () => {
    client = await startSandboxClient({ records: 40 });
  });
  afterEach(() => client.erp.close());

  const list = '/suppliers?limit=5';
  const statuses = async (count: number, path = list): Promise<number[]> => {
    const found: number[] = [];
    for (let step = 0; step < count; step += 1) found.push((await client.raw('GET', path)).status);
    return found;
  };

  it('hits only after the given requests, only so often, and only its resource', async () => {
    await client.fault({ scenario: 'server_error', resource: 'suppliers', after: 1, times: 2 });
    expect(await statuses(1, '/sites')).toEqual([200]);
    expect(await statuses(5)).toEqual([200, 500, 500, 200, 200]);
  });

  it('ends when cleared', async () => {
    await client.fault({ scenario: 'server_error' });
    expect(await statuses(1)).toEqual([500]);
    expect(await client.control('DELETE', 'fault')).toEqual({ cleared: 1 });
    expect(await statuses(1)).toEqual([200]);
  });

  it('refuses a misspelt parameter', async () => {
    await expect(client.fault({ scenario: 'slow', delay: 5 })).rejects.toThrow('400');
  });

  it('outage: destroys connections without an answer', async () => {
    await client.fault({ scenario: 'outage' });
    await expect(client.raw('GET', list)).rejects.toThrow(/hang up|reset/);
    await expect(client.login()).rejects.toThrow(/hang up|reset/);
    const log = await client.control<{ entries: { status: number }[] }>('GET', 'access-log');
    expect(log.entries.at(-1)?.status).toBe(0);
  });

  it('outage: closes the listener and opens it again on the same port', async () => {
    await client.fault({ scenario: 'outage', mode: 'refuse', forMs: 150 });
    await expect.poll(() => client.raw('GET', list).then(String, (error: Error) => error.message)).toContain('REFUSED');
    await expect.poll(() => client.raw('GET', list).then((answer) => answer.status, String)).toBe(200);
  });

  it('unavailable: 503 with Retry-After, for the login too', async () => {
    await client.fault({ scenario: 'unavailable', retryAfter: 7 });
    const answer = await client.login();
    expect([answer.status, answer.headers['retry-after'], codeOf(answer)]).toEqual([503, '7', 'maintenance']);
  });

  it.each([
    [3, /^3$/],
    ['date', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
    ['garbage', /^soon$/],
  ])('rate_limit: 429 with Retry-After %s', async (retryAfter, text) => {
    await client.fault({ scenario: 'rate_limit', retryAfter });
    const answer = await client.raw('GET', list);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'too_many_requests']);
    expect(answer.headers['retry-after']).toMatch(text);
  });

  it('slow: waits before the answer', async () => {
    await client.fault({ scenario: 'slow', delayMs: 60_000, times: 1 });
    const slow = client.raw('GET', list).then(String, (error: Error) => error.message);
    expect(await statuses(1)).toEqual([200]);
    await client.erp.close();
    expect(await slow).toMatch(/hang up|reset/);
  });

  it('slow: drips a body that is whole in the end', async () => {
    const healthy = await client.raw('GET', list);
    await client.fault({ scenario: 'slow', dripBytes: 500, dripEveryMs: 1 });
    expect((await client.raw('GET', list)).body).toEqual(healthy.body);
  });

  it('truncated_page: cuts the JSON under a content-length that fits', async () => {
    await client.fault({ scenario: 'truncated_page', atByte: 100 });
    const answer = await client.raw('GET', list);
    expect([answer.status, answer.headers['content-length'], answer.body.length, answer.cut]).toEqual([
      200,
      '100',
      100,
      false,
    ]);
  });

  it('truncated_page: closes the socket within the body', async () => {
    await client.fault({ scenario: 'truncated_page', mode: 'close', after: 1, times: 1 });
    const headers = { connection: 'keep-alive' };
    const whole = await client.raw('GET', list);
    const cut = await client.raw('GET', list, { headers });
    expect([whole.cut, cut.cut]).toEqual([false, true]);
    expect(cut.headers['content-length']).toBe(String(whole.body.length));
    expect(cut.body).toEqual(whole.body.subarray(0, Math.floor(whole.body.length / 2)));
  });

  it('duplicate: repeats rows of the page before, and still reaches the end', async () => {
    await client.fault({ scenario: 'duplicate', rows: 2 });
    const pages = await client.pages(list);
    expect(idsOf(pages.slice(1, 2)).slice(0, 3)).toEqual(['SUP000004', 'SUP000005', 'SUP000006']);
    expect(new Set(idsOf(pages)).size).toBe(20);
    expect(pages.every((page) => page.Count <= 5)).toBe(true);
  });

  it('short_page: gives fewer rows than asked with a Next, and all rows in the end', async () => {
    await client.fault({ scenario: 'short_page', rows: 2 });
    const pages = await client.pages(list);
    expect(pages.map((page) => page.Count)).toEqual(Array.from({ length: 10 }, () => 2));
    expect(new Set(idsOf(pages)).size).toBe(20);
  });

  it('short_page: gives an empty page that leads on', async () => {
    await client.fault({ scenario: 'short_page', rows: 0, times: 1 });
    const pages = await client.pages(list);
    expect(pages.map((page) => page.Count)).toEqual([0, 5, 5, 5, 5]);
  });

  it('late_commit: stamps at once and shows later', async () => {
    await client.fault({ scenario: 'late_commit', holdMs: 5000, times: 1 });
    const { stamp } = await client.control<{ stamp: string }>('POST', 'change', {
      resource: 'suppliers',
      id: 'SUP000001',
    });
    const changed = async (): Promise<string[]> =>
      idsOf(await client.pages(`/suppliers?order=changed&changed-since=${stamp}`));
    await client.control('POST', 'clock', { advanceMs: 4999 });
    expect(await changed()).toEqual([]);
    expect(await client.control('GET', 'state')).toMatchObject({ pending: 1 });
    await client.control('POST', 'clock', { advanceMs: 1 });
    expect(await changed()).toEqual(['SUP000001']);
  });

  it.each([
    [-3_600_000, '2026-10-31T23:00:00.000000Z'],
    [7_200_000, '2026-11-01T02:00:00.000000Z'],
  ])('clock_skew: moves the clock that stamps by %d ms, and leaves sessions alone', async (offsetMs, now) => {
    await client.fault({ scenario: 'clock_skew', offsetMs });
    const system = await client.raw('GET', '/system');
    expect([system.status, JSON.parse(system.body.toString())]).toMatchObject([200, { Now: now }]);
    expect(await client.control('POST', 'change', { resource: 'sites', count: 1 })).toMatchObject({ stamp: now });
  });

  it.each([
    ['html', 'text/html; charset=utf-8', /^<!DOCTYPE html>/],
    ['text', 'application/json', /^<!DOCTYPE html>/],
    ['deep', 'application/json', /^\[{200000}\]{200000}$/],
    ['bom', 'application/json', /^\uFEFF\{"Next":/],
    ['content_type', 'text/plain', /^\{"Next":/],
  ])('bad_json: %s with status 200', async (mode, contentType, text) => {
    await client.fault({ scenario: 'bad_json', mode });
    const answer = await client.raw('GET', list);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, contentType]);
    expect(answer.body.toString()).toMatch(text);
  });

  it('error_in_200: an error body with status 200', async () => {
    await client.fault({ scenario: 'error_in_200', code: 'E_BUSY' });
    const answer = await client.raw('GET', list);
    expect([answer.status, codeOf(answer)]).toEqual([200, 'E_BUSY']);
  });

  it('session_expiry: drops all sessions once, after the given requests', async () => {
    await client.fault({ scenario: 'session_expiry', after: 2 });
    expect(await statuses(4)).toEqual([200, 200, 401, 401]);
    await client.loginAs('demo');
    expect(await statuses(2)).toEqual([200, 200]);
  });

  it('oversized: pads a page that still parses', async () => {
    const healthy = await client.page(list);
    await client.fault({ scenario: 'oversized', mib: 2.5 });
    const answer = await client.raw('GET', list);
    expect(answer.body.length).toBeGreaterThan(2.5 * 1024 * 1024);
    expect((JSON.parse(answer.body.toString()) as SandboxPage).Items).toEqual(healthy.Items);
  });

  it('gzip_bomb: a small body that unpacks to a big page', async () => {
    await client.fault({ scenario: 'gzip_bomb', mib: 3 });
    const answer = await client.raw('GET', list);
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(answer.body.length).toBeLessThan(20_000);
    const page = JSON.parse(gunzipSync(answer.body).toString()) as SandboxPage;
    expect([page.Count, page.Items]).toEqual([0, []]);
  });

  it('redirect: to another host, or to itself', async () => {
    await client.fault({ scenario: 'redirect', times: 1 });
    const answer = await client.raw('GET', list);
    expect([answer.status, answer.headers.location]).toEqual([302, 'http://erp.invalid/login']);
    await client.fault({ scenario: 'redirect', location: 'self' });
    expect((await client.raw('GET', list)).headers.location).toBe(list);
  });

  it('expired_token: 410 for a continuation, and not for its first page', async () => {
    await client.fault({ scenario: 'expired_token' });
    const first = await client.page('/suppliers?order=continuation&limit=5');
    const answer = await client.raw('GET', first.Next ?? '');
    expect([answer.status, codeOf(answer)]).toEqual([410, 'continuation_expired']);
  });

  it('expires a continuation by itself after ten minutes', async () => {
    const first = await client.page('/suppliers?order=continuation&limit=5');
    await client.control('POST', 'clock', { advanceMs: 600_001 });
    expect(codeOf(await client.raw('GET', first.Next ?? ''))).toBe('continuation_expired');
  });

  it('permission_lost: 403, or a source that looks empty', async () => {
    await client.fault({ scenario: 'permission_lost', resource: 'suppliers', times: 1 });
    expect(await statuses(2)).toEqual([403, 200]);
    await client.fault({ scenario: 'permission_lost', mode: 'empty' });
    expect(await client.page('/suppliers')).toEqual({ Next: null, Count: 0, Items: [] });
    expect((await client.raw('GET', '/suppliers/SUP000001')).status).toBe(404);
  });
});
