import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connect } from '../../client/operations/connect.ts';
import { followConnect, followInitialSyncs } from '../../client/operations/follow-connect.ts';
import { followRequests } from '../../client/operations/follow-requests.ts';
import { listChanges } from '../../client/operations/list-changes.ts';
import { listExecutions } from '../../client/operations/list-executions.ts';
import { listRecords } from '../../client/operations/list-records.ts';
import { listSchedules } from '../../client/operations/list-schedules.ts';
import { pauseConnection } from '../../client/operations/pause-connection.ts';
import { pauseSchedules } from '../../client/operations/pause-schedules.ts';
import { removeConnection } from '../../client/operations/remove-connection.ts';
import { requestSync } from '../../client/operations/request-sync.ts';
import { setSchedule } from '../../client/operations/set-schedule.ts';
import { showExecution } from '../../client/operations/show-execution.ts';
import { showRecord } from '../../client/operations/show-record.ts';
import { readStatus } from '../../client/operations/status.ts';
import { testConnection } from '../../client/operations/test-connection.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { SandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import { runCli } from '../support/run-cli.ts';
import { openErp, openWorld, sandboxCredentials, waitFor, type World } from '../support/world.ts';

let world: World;
let erp: SandboxErp;
/** The world's engine, not answering. */
const down = () => Promise.reject(new FlowsError('engine_unavailable', 'Temporal does not answer.'));
const nowMs = Date.now();
const follow = { intervalMs: 50, timeoutMs: 50_000 };

const request = (name: string) => ({
  system: 'sandbox',
  name,
  settings: { url: erp.url },
  credentials: sandboxCredentials,
  windowDays: 90,
  environment: 'test' as const,
});

beforeAll(async () => {
  [world, erp] = await Promise.all([openWorld(), openErp({ records: 60 })]);
  const { id } = await connect(world, request('erp'));
  await followConnect(world, id, follow);
  await followInitialSyncs(world, id, follow);
});
afterAll(async () => {
  await world?.close();
  await erp?.close();
});

describe('connecting', () => {
  it('ends with what the system said about wrong credentials, and the name can be used again', async () => {
    const wrong = { ...request('mistyped'), credentials: { user: 'demo', password: 'wrong' } };
    const first = await connect(world, wrong);
    await expect(followConnect(world, first.id, follow)).rejects.toMatchObject({ code: 'authentication_failed' });
    const second = await connect(world, request('mistyped'));
    expect(await followConnect(world, second.id, follow)).toMatchObject({ status: 'active', name: 'mistyped' });
    await removeConnection(world, { connection: 'mistyped' });
  });

  it('keeps nothing when Temporal does not answer', async () => {
    const services = { ...world, engine: { ...world.engine, startConnect: down } };
    await expect(connect(services, request('unlucky'))).rejects.toMatchObject({ code: 'engine_unavailable' });
    await expect(readStatus(world, { connection: 'unlucky' })).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['a window of 0 days', { windowDays: 0 }],
    ['a window of 11 years', { windowDays: 4_000 }],
    ['a name that looks like an id', { name: 'conn_1' }],
    ['a system that there is none of', { system: 'oracle' }],
  ])('refuses %s', async (_what, wrong) => {
    await expect(connect(world, { ...request('other'), ...wrong })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('refuses a name that is taken', async () => {
    await expect(connect(world, request('erp'))).rejects.toMatchObject({ code: 'duplicate' });
  });
});

describe('records', () => {
  it('are read page by page, each once', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listRecords(world, {
        connection: 'erp',
        entity: 'vendor',
        limit: 7,
        ...(cursor !== null && { cursor }),
      });
      ids.push(...page.records.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    const { connections } = await readStatus(world, { connection: 'erp' });
    expect(ids).toHaveLength(connections[0]?.streams.find(({ entity }) => entity === 'vendor')?.records ?? 0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuse the cursor of another entity', async () => {
    const { next_cursor: cursor } = await listRecords(world, { connection: 'erp', entity: 'vendor', limit: 1 });
    const wrong = { connection: 'erp', entity: 'item', cursor: cursor ?? '' };
    await expect(listRecords(world, wrong)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('carry the name of what they refer to, and an id for each line', async () => {
    const { records } = await listRecords(world, { connection: 'erp', entity: 'purchase_order', limit: 1 });
    const order = records[0];
    const vendor = order?.data['vendor'] as { id: string; remote_id: string; name: string };
    const target = await showRecord(world, { connection: 'erp', entity: 'vendor', id: vendor.remote_id });
    expect(vendor).toEqual({
      id: target.id,
      remote_id: target.remote_id,
      code: target.data['code'],
      name: target.data['name'],
    });
    expect(order?.data['lines']).toMatchObject([
      {
        line_id: expect.stringMatching(`^${order?.id}\\.`),
        item: { id: expect.any(String), name: expect.any(String) },
      },
    ]);
  });

  it('are shown by our id and by the remote id, raw only when asked for', async () => {
    const { records } = await listRecords(world, { connection: 'erp', entity: 'item', limit: 1 });
    const { id = '', remote_id = '' } = records[0] ?? {};
    const ours = await showRecord(world, { connection: 'erp', entity: 'item', id });
    expect(ours).not.toHaveProperty('raw');
    const theirs = await showRecord(world, { connection: 'erp', entity: 'item', id: remote_id, includeRaw: true });
    expect(theirs).toMatchObject({ id, raw: expect.any(Object) });
    await expect(showRecord(world, { connection: 'erp', entity: 'vendor', id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('can be asked for from an instant on', async () => {
    const { records } = await listRecords(world, { connection: 'erp', entity: 'item', limit: 500 });
    const instants = records.map(({ remote_updated_at }) => remote_updated_at ?? '').sort();
    const modifiedAfter = instants[Math.floor(instants.length / 2)] ?? '';
    const later = await listRecords(world, { connection: 'erp', entity: 'item', limit: 500, modifiedAfter });
    const found = later.records.map(({ remote_updated_at }) => remote_updated_at ?? '').sort();
    expect(found).toEqual(instants.filter((instant) => instant >= modifiedAfter));
  });
});

describe('the change feed', () => {
  it('gives every record once, then nothing, then a delete', async () => {
    let cursor: string | undefined;
    const seen: string[] = [];
    for (let hasMore = true; hasMore; ) {
      const answer = await listChanges(world, {
        connection: 'erp',
        limit: 100,
        nowMs,
        ...(cursor !== undefined && { cursor }),
      });
      seen.push(...answer.changes.map(({ id }) => id));
      ({ cursor, has_more: hasMore } = answer);
    }
    const { rows } = await world.database.pool.query<{ id: string }>(
      'select id from record where lineage_id = (select lineage_id from connection where name = $1)',
      ['erp'],
    );
    expect(seen.sort()).toEqual(rows.map(({ id }) => id).sort());
    const read = () => listChanges(world, { connection: 'erp', cursor: cursor ?? '', nowMs });
    expect((await read()).changes).toEqual([]);
    const deleted = await fetch(`${erp.url}/control/delete`, {
      method: 'POST',
      headers: { 'x-control-token': erp.controlToken, 'content-type': 'application/json' },
      body: JSON.stringify({ resource: 'suppliers', count: 1 }),
    });
    const { ids } = (await deleted.json()) as { ids: string[] };
    const requested = await requestSync(world, {
      connection: 'erp',
      entity: 'vendor',
      mode: 'incremental',
      allowDeletes: false,
    });
    await followRequests(world, requested, follow);
    expect((await read()).changes).toMatchObject([{ entity: 'vendor', remote_id: ids[0], deleted: true }]);
  });

  it('refuses a cursor that may have missed deletes', async () => {
    const { cursor } = await listChanges(world, { connection: 'erp', limit: 1, nowMs });
    const later = { connection: 'erp', cursor, nowMs: nowMs + 91 * 86_400_000 };
    await expect(listChanges(world, later)).rejects.toMatchObject({ code: 'cursor_expired' });
  });
});

describe('a requested sync', () => {
  it('is followed to its end, and its execution shows steps whose times add up', async () => {
    const requested = await requestSync(world, {
      connection: 'erp',
      entity: 'item',
      mode: 'incremental',
      allowDeletes: false,
    });
    const [ended] = await followRequests(world, requested, follow);
    expect(ended).toMatchObject({ entity: 'item', state: 'completed', error: null });
    // The run's end commits before the record of the attempt that made it.
    const report = await waitFor(async () => {
      const shown = await showExecution(world, { id: ended?.execution_id ?? '', nowMs: Date.now() });
      return shown.steps.some(({ outcome }) => outcome === null) ? null : shown;
    });
    expect(report.execution).toMatchObject({ entity: 'item', state: 'completed' });
    expect(report.steps.map(({ name, outcome }) => [name, outcome])).toEqual([['syncStep', 'completed']]);
    for (const { run_ms, source_ms, transform_ms, store_ms, waiting_ms, other_ms } of report.steps) {
      expect(source_ms + transform_ms + store_ms + waiting_ms + other_ms).toBe(run_ms);
    }
  });

  it('of all entities makes one request for each stream', async () => {
    const requested = await requestSync(world, { connection: 'erp', mode: 'incremental', allowDeletes: false });
    expect(requested.map(({ entity }) => entity)).toEqual([
      'vendor',
      'item',
      'location',
      'asset',
      'inventory_level',
      'purchase_order',
      'work_order',
    ]);
    const ended = await followRequests(world, requested, follow);
    expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['completed']));
  });

  it('names the entities when it is asked for another', async () => {
    const wrong = { connection: 'erp', entity: 'invoice', mode: 'incremental' as const, allowDeletes: false };
    await expect(requestSync(world, wrong)).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('purchase_order'),
    });
  });

  it('is refused while the connection is paused, saying what to do', async () => {
    await pauseConnection(world, { connection: 'erp', paused: true });
    const refused = requestSync(world, { connection: 'erp', mode: 'incremental', allowDeletes: false });
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_state',
      message: expect.stringContaining('flows connections resume erp'),
    });
    await pauseConnection(world, { connection: 'erp', paused: false });
  });

  it('stays when Temporal does not answer, and says so', async () => {
    const services = { ...world, engine: { ...world.engine, startSync: down } };
    const [kept] = await requestSync(services, {
      connection: 'erp',
      entity: 'asset',
      mode: 'incremental',
      allowDeletes: false,
    });
    expect(kept?.not_started).toContain('the next run of the stream takes it');
    const [again] = await requestSync(world, {
      connection: 'erp',
      entity: 'asset',
      mode: 'incremental',
      allowDeletes: false,
    });
    expect(again?.request_id).toBe(kept?.request_id);
    const [ended] = await followRequests(world, [{ request_id: kept?.request_id ?? '' }], follow);
    expect(ended?.state).toBe('completed');
  });
});

describe('status and schedules', () => {
  it('show each stream with its records and next run', async () => {
    const { connections, engine_error } = await readStatus(world, {});
    expect(engine_error).toBeNull();
    const [connection] = connections;
    expect(connection).toMatchObject({ name: 'erp', status: 'active', system: 'sandbox' });
    expect(connection?.streams).toHaveLength(7);
    for (const stream of connection?.streams ?? []) {
      expect(stream).toMatchObject({
        status: 'completed',
        last_error: null,
        quarantined: 0,
        next_run_at: expect.any(String),
      });
      expect(stream.records).toBeGreaterThan(0);
    }
  });

  it('answer without Temporal, saying that next runs are not known', async () => {
    const { connections, engine_error } = await readStatus(
      { ...world, engine: { ...world.engine, describeSchedule: down } },
      {},
    );
    expect(engine_error).toMatchObject({ code: 'engine_unavailable' });
    expect(connections[0]?.streams[0]).toMatchObject({ status: 'completed', next_run_at: null });
  });

  it('follow a pause of one stream, in Temporal too', async () => {
    await pauseSchedules(world, { connection: 'erp', entity: 'asset', paused: true });
    const connectionId = (await readStatus(world, { connection: 'erp' })).connections[0]?.id ?? '';
    expect(await world.engine.describeSchedule({ connectionId, entity: 'asset' })).toMatchObject({ paused: true });
    const schedules = await listSchedules(world, { connection: 'erp' });
    expect(schedules.filter(({ paused }) => paused !== 'no').map(({ entity }) => entity)).toEqual(['asset']);
    await pauseSchedules(world, { connection: 'erp', entity: 'asset', paused: false });
    expect(await world.engine.describeSchedule({ connectionId, entity: 'asset' })).toMatchObject({ paused: false });
  });

  it('take a cron text with its time zone, and refuse others', async () => {
    await setSchedule(world, {
      connection: 'erp',
      entity: 'asset',
      schedule: { cron: '0 6 * * 1-5', timeZone: 'Europe/Berlin' },
    });
    const asset = (await listSchedules(world, { connection: 'erp' })).find(({ entity }) => entity === 'asset');
    expect(asset).toMatchObject({ cron: '0 6 * * 1-5', time_zone: 'Europe/Berlin', interval_ms: null });
    const next = new Date(asset?.next_run_at ?? '');
    expect(next.toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin' })).toBe('06:00:00');
    for (const schedule of [
      { cron: 'daily', timeZone: 'UTC' },
      { cron: '0 6 * * *', timeZone: 'Mars' },
      { intervalMs: 1_000 },
    ]) {
      await expect(setSchedule(world, { connection: 'erp', schedule })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    }
  });
});

describe('executions', () => {
  it('are listed page by page, newest first', async () => {
    const all = await listExecutions(world, { connection: 'erp', limit: 500 });
    const first = await listExecutions(world, { connection: 'erp', limit: 3 });
    const second = await listExecutions(world, { connection: 'erp', limit: 500, cursor: first.next_cursor ?? '' });
    const ids = [...first.executions, ...second.executions].map(({ id }) => id);
    expect(ids).toEqual(all.executions.map(({ id }) => id));
    expect(all.executions.map(({ started_at }) => started_at)).toEqual(
      all.executions
        .map(({ started_at }) => started_at)
        .toSorted()
        .reverse(),
    );
  });
});

describe('the command line on a running installation', () => {
  const flows = (argv: readonly string[], more: Record<string, string> = {}) =>
    runCli(argv, {
      environment: {
        DATABASE_URL: world.url,
        TEMPORAL_ADDRESS: inject('servers').temporalAddress,
        TEMPORAL_NAMESPACE: world.namespace,
        FLOWS_MASTER_KEY: world.masterKey,
        ...more,
      },
    });

  it('connects, syncs, tests and removes', async () => {
    const credentials = { FLOWS_CREDENTIALS: JSON.stringify(sandboxCredentials) };
    const argv = [
      'connect',
      'sandbox',
      '--name',
      'by-command',
      '--set',
      `url=${erp.url}`,
      '--set',
      'page_size=50',
      '--json',
    ];
    const made = await flows(argv, credentials);
    expect(made).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(made.stdout)).toMatchObject({ connection: { name: 'by-command', status: 'active' } });
    const synced = await flows(['sync', 'by-command', 'vendor', '--json']);
    expect(JSON.parse(synced.stdout)).toMatchObject({ requests: [{ entity: 'vendor', state: 'completed' }] });
    const tested = await flows(['connections', 'test', 'by-command']);
    expect(tested.stdout).toContain('"by-command" answers, version');
    const removed = await flows(['connections', 'remove', 'by-command', '--yes', '--json']);
    expect(JSON.parse(removed.stdout)).toMatchObject({ connection: { status: 'disconnected' } });
    const { stdout, stderr } = made;
    expect(stdout + stderr + synced.stdout + tested.stdout + removed.stdout).not.toContain(sandboxCredentials.password);
  });

  it('ends with 3 when the system refuses the login', async () => {
    const credentials = { FLOWS_CREDENTIALS: JSON.stringify({ user: 'demo', password: 'not-the-one' }) };
    const refused = await flows(['connect', 'sandbox', '--name', 'refused', '--set', `url=${erp.url}`], credentials);
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
    expect(refused.stderr).toContain('error (authentication_failed):');
    expect(refused.stderr).not.toContain('not-the-one');
    const { stdout } = await flows(['connections', 'list']);
    expect(stdout).toMatch(/refused +sandbox +failed/);
  });

  it('ends with 4 for a connection that there is none of', async () => {
    expect((await flows(['status', 'nobody'])).exitCode).toBe(4);
  });

  it.each([
    ['status', ['status']],
    ['records', ['records', 'list', 'erp', 'purchase_order']],
    ['changes', ['changes', 'erp', '--limit', '3']],
    ['executions', ['executions', 'list', '--connection', 'erp']],
    ['schedules', ['schedules', 'list', 'erp']],
    ['quarantine', ['quarantine', 'list', 'erp']],
    ['connections', ['connections', 'list']],
  ])('shows %s to a person and as one JSON document', async (_name, argv) => {
    const human = await flows(argv);
    expect(human).toMatchObject({ exitCode: 0, stderr: '' });
    expect(human.stdout).not.toBe('');
    const json = await flows([...argv, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(expect.any(Object));
  });

  it('shows the status without Temporal, and asks to try a sync again later', async () => {
    const down = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const status = await flows(['status', 'erp'], down);
    expect(status.exitCode).toBe(0);
    expect(status.stdout).toMatch(/vendor +completed/);
    expect(status.stdout).toContain('Next runs are not known');
    const sync = await flows(['sync', 'erp', 'vendor', '--json'], down);
    expect(sync.exitCode).toBe(75);
    expect(JSON.parse(sync.stdout)).toMatchObject({
      requests: [{ entity: 'vendor', not_started: expect.any(String) }],
    });
  });

  it('finds a healthy installation healthy', async () => {
    const { exitCode, stdout } = await flows(['doctor', '--systems', '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string }[] };
    expect(findings.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it('says which part of an installation is wrong', async () => {
    const wrong = { FLOWS_MASTER_KEY: Buffer.alloc(32).toString('base64'), TEMPORAL_NAMESPACE: 'nowhere' };
    const { exitCode, stdout } = await flows(['doctor', '--json'], wrong);
    const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string; hint?: string }[] };
    const failed = findings.filter(({ state }) => state === 'failed').map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(['master key', 'namespace', 'workers on flows-sync']));
    expect(exitCode).toBe(1);
  });
});

describe('removing a connection', () => {
  it('wipes its credentials, deletes its schedules and leaves its records', async () => {
    const { id } = await connect(world, request('short-lived'));
    await followConnect(world, id, follow);
    await followInitialSyncs(world, id, follow);
    await removeConnection(world, { connection: 'short-lived' });
    expect(await world.engine.describeSchedule({ connectionId: id, entity: 'item' })).toBeNull();
    const test = testConnection(world, { connection: id, signal: new AbortController().signal });
    await expect(test).rejects.toMatchObject({ code: 'invalid_state' });
    expect((await listRecords(world, { connection: id, entity: 'item' })).records).not.toEqual([]);
  });
});
