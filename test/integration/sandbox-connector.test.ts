import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PageRequest, Session } from '../../connectors/connector.ts';
import { sandbox } from '../../connectors/sandbox/index.ts';
import { type Entity, entities, entityRegistry } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import { type SandboxErp, startSandboxErp } from '../../platform/local/sandbox-erp/server.ts';

const signal = new AbortController().signal;
const pagesMax = 500;
let erp: SandboxErp;
const sessions: Session[] = [];

beforeAll(async () => {
  erp = await startSandboxErp({ records: 300, seed: 7, now: '2026-11-01T00:00:00Z' });
});

afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
  await control('DELETE', 'fault');
});

afterAll(() => erp.close());

function open(user: 'demo' | 'limited' = 'demo', settings: Record<string, unknown> = {}): Session {
  const session = sandbox.open({
    settings: sandbox.settings.parse({ url: erp.url, ...settings }),
    credentials: { user, password: erp.users[user] },
    profile: {},
  });
  sessions.push(session);
  return session;
}

async function control(method: string, path: string, body?: Json): Promise<Record<string, Json>> {
  const headers = { 'x-control-token': erp.controlToken, 'content-type': 'application/json' };
  const answer = await fetch(`${erp.url}/control/${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, Json>;
}

async function readAll(session: Session, request: Omit<PageRequest, 'checkpoint' | 'signal'>): Promise<Json[]> {
  const items: Json[] = [];
  let checkpoint: Json | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await session.readPage({ ...request, checkpoint, signal });
    items.push(...answer.items);
    if (answer.next === null) return items;
    // As if it had been stored and read by another process.
    checkpoint = JSON.parse(JSON.stringify(answer.next)) as Json;
  }
  throw new Error(`no end after ${pagesMax} pages`);
}

function idsOf(entity: Entity, items: readonly Json[]): string[] {
  return items.map((raw) => sandbox.entities[entity]?.identify(raw).remoteId ?? '');
}

const snapshot = { kind: 'snapshot', documentsFrom: null } as const;

test.each(entities)('every %s is read once, in order of id, and fits our model', async (entity) => {
  const items = await readAll(open(), { entity, selection: snapshot, pageSize: 37 });
  const ids = idsOf(entity, items);
  expect(ids.length).toBeGreaterThan(5);
  expect(ids).toEqual([...new Set(ids)].sort());
  for (const raw of items) {
    const result = entityRegistry[entity].schema.safeParse(sandbox.entities[entity]?.toUnified(raw, {}));
    expect(result.error?.issues ?? []).toEqual([]);
  }
});

test('a check tells account, version and which entities this user may read', async () => {
  const check = await open('limited').check(signal);
  expect(check).toMatchObject({ fingerprint: `sandbox:${erp.company}`, systemVersion: expect.any(String) });
  expect(check.entities.work_order).toMatchObject({ readable: false, hint: expect.stringContaining('work-orders') });
  expect(check.entities.vendor).toEqual({ readable: true });
});

test('what changed since a stamp comes in order of stamp and id, over several pages', async () => {
  const session = open();
  const since = await session.now(signal);
  const { ids } = await control('POST', 'change', { resource: 'suppliers', count: 5 });
  const items = await readAll(session, {
    entity: 'vendor',
    selection: { kind: 'changed', since: since ?? '' },
    pageSize: 2,
  });
  expect(idsOf('vendor', items)).toEqual([...(ids as string[])].sort());
});

test('a window takes old documents only where they are open', async () => {
  const session = open();
  const all = await readAll(session, { entity: 'purchase_order', selection: snapshot, pageSize: 500 });
  const documentsFrom = '2026-10-01';
  const selection = { kind: 'snapshot', documentsFrom } as const;
  const inWindow = await readAll(session, { entity: 'purchase_order', selection, pageSize: 50 });
  expect(inWindow.length).toBeLessThan(all.length);
  const closed = inWindow.filter((raw) => {
    const order = sandbox.entities.purchase_order?.toUnified(raw, {});
    const isDone = ['received', 'closed', 'cancelled', 'rejected'].includes(order?.status ?? '');
    return isDone && (order?.order_date ?? '') < documentsFrom;
  });
  expect(closed).toEqual([]);
});

test('records are fetched by id, without those that no longer exist', async () => {
  await control('POST', 'create', { resource: 'materials', id: 'M 1/ü&?' });
  const remoteIds = ['MAT000002', 'NONE', 'M 1/ü&?', 'MAT000001'];
  const items = await open().fetchRecords({ entity: 'item', remoteIds, signal });
  expect(idsOf('item', items).sort()).toEqual(['M 1/ü&?', 'MAT000001', 'MAT000002']);
});

test('deletions are read from the feed, page by page, and only of the entity asked for', async () => {
  const session = open();
  const since = (await session.now(signal)) ?? '';
  await control('POST', 'delete', { resource: 'sites', count: 1 });
  const { ids } = await control('POST', 'delete', { resource: 'equipment', count: 2 });
  const page = await session.readDeletions?.({ entity: 'asset', since, checkpoint: null, signal });
  expect(page?.deletions.map(({ remoteId }) => remoteId)).toEqual(ids);
  expect(page?.next).toBeNull();
});

test('an expired login is made anew once, whatever the number of callers', async () => {
  const session = open();
  await session.now(signal);
  await control('DELETE', 'access-log');
  await control('DELETE', 'sessions');
  await Promise.all([1, 2, 3].map(() => session.now(signal)));
  const { entries } = await control('GET', 'access-log');
  const logins = (entries as { path: string }[]).filter(({ path }) => path === '/login');
  expect(logins).toHaveLength(1);
});

test('a wrong password is an authentication failure and is offered once', async () => {
  await control('DELETE', 'access-log');
  const settings = sandbox.settings.parse({ url: erp.url });
  const session = sandbox.open({ settings, credentials: { user: 'demo', password: 'wr0ng' }, profile: {} });
  sessions.push(session);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await expect(session.check(signal)).rejects.toMatchObject({
      code: 'authentication_failed',
      message: expect.not.stringContaining('wr0ng'),
      upstream: { code: 'bad_credentials' },
    });
  }
  expect(await control('GET', 'access-log')).toMatchObject({ total: 1 });
});

test.each<[string, Record<string, Json>, Record<string, unknown>]>([
  ['an outage', { scenario: 'outage' }, { code: 'system_unreachable' }],
  ['maintenance', { scenario: 'unavailable', retryAfter: 9 }, { code: 'system_unreachable', retryAfterMs: 9_000 }],
  ['a rate limit', { scenario: 'rate_limit', retryAfter: 3 }, { code: 'rate_limited', retryAfterMs: 3_000 }],
  [
    'a rate limit until a date',
    { scenario: 'rate_limit', retryAfter: 'date' },
    { code: 'rate_limited', retryAfterMs: 2_000 },
  ],
  [
    'a rate limit with garbage',
    { scenario: 'rate_limit', retryAfter: 'garbage' },
    { code: 'rate_limited', retryAfterMs: undefined },
  ],
  ['a slow answer', { scenario: 'slow', delayMs: 5_000 }, { code: 'system_unreachable' }],
  ['a cut page', { scenario: 'truncated_page', mode: 'length' }, { code: 'bad_response' }],
  ['a socket closed in a page', { scenario: 'truncated_page', mode: 'close' }, { code: 'system_unreachable' }],
  ['a login page', { scenario: 'bad_json', mode: 'html' }, { code: 'bad_response' }],
  ['bottomless nesting', { scenario: 'bad_json', mode: 'deep' }, { code: 'bad_response' }],
  ['an error in a 200', { scenario: 'error_in_200' }, { code: 'locked', upstream: { code: 'E_LOCKED' } }],
  ['a server error', { scenario: 'server_error' }, { code: 'system_error' }],
  ['an oversized page', { scenario: 'oversized', mib: 40 }, { code: 'bad_response' }],
  ['a gzip bomb', { scenario: 'gzip_bomb', mib: 100 }, { code: 'bad_response' }],
  ['a brotli bomb', { scenario: 'gzip_bomb', mib: 100, encoding: 'br' }, { code: 'bad_response' }],
  ['a redirect to another host', { scenario: 'redirect' }, { code: 'bad_response' }],
  ['a redirect loop', { scenario: 'redirect', location: 'self' }, { code: 'bad_response' }],
  ['a lost permission', { scenario: 'permission_lost' }, { code: 'permission_denied' }],
])('%s is told apart', async (_, fault, expected) => {
  const session = open('demo', { answer_timeout_ms: 2_000 });
  await session.now(signal);
  await control('POST', 'fault', { ...fault, resource: 'suppliers' });
  const request = { entity: 'vendor', selection: snapshot, checkpoint: null, pageSize: 10, signal } as const;
  await expect(session.readPage(request)).rejects.toMatchObject(expected);
});

test.each<[string, Record<string, Json>]>([
  ['a byte order mark', { scenario: 'bad_json', mode: 'bom' }],
  ['another content type', { scenario: 'bad_json', mode: 'content_type' }],
  ['empty and short pages', { scenario: 'short_page', rows: 0, times: 3 }],
  ['an expired session', { scenario: 'session_expiry' }],
])('%s does no harm', async (_, fault) => {
  const session = open();
  const before = await readAll(session, { entity: 'location', selection: snapshot, pageSize: 10 });
  await control('POST', 'fault', { ...fault, resource: 'sites' });
  expect(await readAll(session, { entity: 'location', selection: snapshot, pageSize: 10 })).toEqual(before);
});
