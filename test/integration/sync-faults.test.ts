import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../model/errors/codes.ts';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

type Fault = Parameters<Source['fault']>[0];

/** What a sync makes of each scripted fault of the sandbox ERP. Waits overlap: each case has a source of its own. */
describe.concurrent('a sync meets a fault of the source', () => {
  let world: World;
  const sources: Source[] = [];
  const open = async (options: SourceOptions = {}) => {
    const source = await openSource(world, { ...options, erp: { only: 'suppliers', records: 60, ...options.erp } });
    sources.push(source);
    await source.control('change', { resource: 'suppliers', count: 20 });
    return source;
  };
  /** How each attempt at a step of an execution ended, once all have; the last is recorded after the run has ended. */
  const attempts = (executionId: string | null) =>
    waitFor(async () => {
      const { rows } = await world.database.pool.query<{ outcome: string | null; error_code: string | null }>(
        `select outcome, error_code from attempt where execution_id = $1 and name = 'syncStep' order by started_at`,
        [executionId],
      );
      return rows.every(({ outcome }) => outcome) ? rows.map(({ outcome, error_code }) => error_code ?? outcome) : null;
    });

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(sources.map((source) => source.close()));
  });

  const givenUp: readonly { fault: Fault; code: ErrorCode; tries: number; settings?: object }[] = [
    { fault: { scenario: 'outage', resource: 'suppliers' }, code: 'system_unreachable', tries: 4 },
    { fault: { scenario: 'unavailable', resource: 'suppliers' }, code: 'system_unreachable', tries: 4 },
    {
      fault: { scenario: 'truncated_page', mode: 'close', resource: 'suppliers' },
      code: 'system_unreachable',
      tries: 4,
    },
    {
      fault: { scenario: 'slow', delayMs: 60_000, resource: 'suppliers' },
      settings: { first_byte_timeout_ms: 200 },
      code: 'system_unreachable',
      tries: 4,
    },
    {
      fault: { scenario: 'slow', dripBytes: 1_000, dripEveryMs: 100, resource: 'suppliers' },
      settings: { answer_timeout_ms: 300 },
      code: 'system_unreachable',
      tries: 4,
    },
    { fault: { scenario: 'server_error', resource: 'suppliers' }, code: 'system_error', tries: 3 },
    { fault: { scenario: 'truncated_page', mode: 'length', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'bad_json', mode: 'html', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'bad_json', mode: 'deep', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'oversized', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'gzip_bomb', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'redirect', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'redirect', location: 'self', resource: 'suppliers' }, code: 'bad_response', tries: 3 },
    { fault: { scenario: 'error_in_200', code: 'E_BROKEN', resource: 'suppliers' }, code: 'system_error', tries: 3 },
    { fault: { scenario: 'permission_lost', resource: 'suppliers' }, code: 'permission_denied', tries: 1 },
  ];

  it.each(givenUp)(
    '$fault: the run fails with $code after $tries tries, and the next one loses nothing',
    async ({ fault, code, tries, settings }) => {
      const source = await open(settings ? { settings } : {});
      const { watermark } = await source.stream('vendor');
      await source.fault(fault);
      const request = await source.sync('vendor');
      expect(request).toMatchObject({ state: 'failed', error: { code } });
      expect(await attempts(request.execution_id)).toEqual(Array.from({ length: tries }, () => code));
      expect(await source.stream('vendor')).toMatchObject({ run_state: 'failed', run_error: { code }, watermark });
      await source.clearFaults();
      expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
      expect(await source.difference('vendor')).toEqual({});
    },
  );

  it.each<Fault>([
    { scenario: 'outage', mode: 'refuse', forMs: 1_500 },
    { scenario: 'outage', resource: 'suppliers', times: 2 },
    { scenario: 'unavailable', retryAfter: 1, times: 2 },
    { scenario: 'truncated_page', resource: 'suppliers', times: 1 },
    { scenario: 'error_in_200', code: 'E_LOCKED', resource: 'suppliers', times: 1 },
    { scenario: 'slow', delayMs: 100 },
    { scenario: 'bad_json', mode: 'bom' },
    { scenario: 'bad_json', mode: 'content_type' },
    { scenario: 'session_expiry', resource: 'suppliers', times: 1 },
    { scenario: 'duplicate', rows: 3 },
    { scenario: 'short_page', rows: 2 },
    { scenario: 'expired_token' },
  ])('%j: the run completes', async (fault) => {
    const source = await open({ settings: { page_size: 5 } });
    await source.fault(fault);
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed', error: null });
    expect(await source.difference('vendor')).toEqual({});
  });

  it.each([1, 'date', 'garbage'] as const)(
    'rate_limit with Retry-After %j: the run waits without a worker and completes',
    async (retryAfter) => {
      const source = await open();
      await source.fault({ scenario: 'rate_limit', retryAfter, resource: 'suppliers', times: 1 });
      const request = await source.sync('vendor');
      expect(request).toMatchObject({ state: 'completed' });
      expect(await attempts(request.execution_id)).toEqual(['completed', 'completed']);
      expect(await source.difference('vendor')).toEqual({});
    },
  );

  it('rate_limit that lets through less than a batch at a time: the run gets on, and reads no page twice', async () => {
    const source = await open({ settings: { page_size: 2 } });
    await source.clearRequests();
    for (let after = 3; after < 60; after += 4)
      await source.fault({ scenario: 'rate_limit', retryAfter: 0, resource: 'suppliers', after, times: 1 });
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect(await source.difference('vendor')).toEqual({});
    const answered = (await source.requests('/suppliers')).filter(({ status }) => status === 200);
    expect(answered.map(({ query }) => query)).toEqual([...new Set(answered.map(({ query }) => query))]);
  });

  it('an outage before the first request of a run: the run fails, on its stream too, and the next one completes', async () => {
    const source = await open();
    await source.fault({ scenario: 'outage' });
    const request = await source.sync('vendor');
    expect(request).toMatchObject({ state: 'failed', error: { code: 'system_unreachable' } });
    expect(await source.stream('vendor')).toMatchObject({
      run_state: 'failed',
      run_error: { code: 'system_unreachable' },
    });
    await source.clearFaults();
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('an outage during the initial sync: the stream is failed, and the next run is its initial sync', async () => {
    const source = await open({
      before: [{ path: 'fault', body: { scenario: 'outage', resource: 'system', after: 1 } }],
    });
    expect(await source.stream('vendor')).toMatchObject({
      run_state: 'failed',
      run_error: { code: 'system_unreachable' },
    });
    await source.clearFaults();
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect(await source.stream('vendor')).toMatchObject({ run_kind: 'initial' });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('wrong credentials: connecting fails after one try, and says so', async () => {
    const source = await openSource(world, { credentials: { user: 'demo', password: 'no-such-secret' } });
    sources.push(source);
    expect(source.connection).toMatchObject({ lifecycle: 'failed', last_error: { code: 'authentication_failed' } });
    expect((await source.requests()).map(({ path, status }) => `${path} ${status}`)).toEqual(['/login 401']);
    expect(JSON.stringify(source.connection.last_error)).not.toContain('no-such-secret');
  });

  it('credentials that stop working: the run fails with authentication_failed after one login', async () => {
    const source = await open();
    await source.control('settings', { password: 'changed' });
    await source.control('fault', { scenario: 'session_expiry', resource: 'suppliers' });
    await source.clearRequests();
    expect(await source.sync('vendor')).toMatchObject({ state: 'failed', error: { code: 'authentication_failed' } });
    expect((await source.requests('/login')).map(({ status }) => status)).toEqual([401]);
    await source.control('settings', { password: 'sandbox-password' });
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('a run that waits for the source is cancelled at once', async () => {
    const source = await open();
    await source.fault({ scenario: 'slow', delayMs: 60_000, resource: 'suppliers' });
    const request = source.sync('vendor', 'full');
    const { run_execution_id } = await waitFor(async () => {
      const stream = await source.stream('vendor');
      return stream.run_state === 'running' ? stream : null;
    });
    const { rows } = await world.database.pool.query('select workflow_id from execution where id = $1', [
      run_execution_id,
    ]);
    await world.engine.cancel(rows[0].workflow_id);
    expect(await request).toMatchObject({ state: 'cancelled' });
  });
});
