import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { PageRequest, Session } from '../../connectors/connector.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import type { Json } from '../../model/json.ts';
import { startTestServer } from '../support/http/test-server.ts';

/** What the stub answers to a method: a result, an error inside HTTP 200, or a status with a body. */
type Reply = { readonly result: Json } | { readonly error: Json } | { readonly status: number; readonly body?: string };

interface Call {
  readonly path: string;
  readonly method: string;
  readonly params: Json[];
  readonly authorization: string | undefined;
}

interface Stub {
  readonly url: string;
  readonly calls: Call[];
}

const unauthorized = { status: 401, body: '<h1>Unauthorized</h1><p>wrong credentials</p>' };

/** A server that speaks just enough of Tryton's protocol; `replies` overrule what it says by itself. */
async function startStub(
  replies: (call: Call, calls: Call[]) => Reply | undefined,
  { series = '8.0' } = {},
): Promise<Stub> {
  const calls: Call[] = [];
  const rpcPath = series.startsWith('7') ? '/' : '/rpc/';
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method, params } = JSON.parse(text) as { method: string; params: Json[] };
    const call = { path: request.url ?? '', method, params, authorization: request.headers.authorization };
    calls.push(call);
    const reply = replies(call, calls) ?? ownReply(call, { rpcPath, series });
    response.statusCode = 'status' in reply ? reply.status : 200;
    response.setHeader('content-type', 'status' in reply ? 'text/html' : 'application/json');
    response.end('status' in reply ? (reply.body ?? '') : JSON.stringify({ id: 1, ...reply }));
  };
  const server = await startTestServer((request, response) => void listener(request, response));
  onTestFinished(() => server.close());
  return { url: server.url, calls };
}

function ownReply({ path, method }: Call, { rpcPath, series }: { rpcPath: string; series: string }): Reply {
  if (method === 'common.server.version') return path === rpcPath ? { result: series } : { status: 401 };
  if (path !== `/erp${rpcPath}`) return { status: 404 };
  if (method === 'common.db.login') return { result: [7, 'key', null] };
  if (method === 'model.res.user.get_preferences') return { result: { company: 3, language: 'en', locale: { x: 1 } } };
  if (method.endsWith('.fields_get')) return { result: {} };
  return { result: method === 'common.db.logout' ? null : [] };
}

function open(url: string, { settings = {}, profile = {} } = {}): Session {
  const session = tryton.open({
    settings: { url, database: 'erp', ...settings },
    credentials: { user: 'flows', password: 'secret-password' },
    profile,
  });
  onTestFinished(() => session.close());
  return session;
}

const signal = new AbortController().signal;
const firstPage: PageRequest = {
  entity: 'location',
  selection: { kind: 'snapshot', documentsFrom: null },
  checkpoint: null,
  pageSize: 10,
  signal,
};

function methods(calls: readonly Call[]): string[] {
  return calls.map(({ method }) => method);
}

test.each([
  ['8.0', '/erp/rpc/'],
  ['7.8', '/erp/'],
])('series %s is called at %s', async (series, path) => {
  const stub = await startStub(() => undefined, { series });
  await open(stub.url).readPage(firstPage);
  expect(stub.calls.at(-1)).toMatchObject({ path, method: 'model.stock.location.search_read' });
});

test('opening a session sends nothing', async () => {
  const stub = await startStub(() => undefined);
  open(stub.url);
  expect(stub.calls).toEqual([]);
});

test('every call carries the user company, one company only, and shows inactive records', async () => {
  const stub = await startStub(() => undefined);
  await open(stub.url).readPage(firstPage);
  const context = stub.calls.at(-1)?.params.at(-1);
  expect(context).toEqual({ company: 3, language: 'en', company_filter: 'one', active_test: false });
});

test('calls made together share one login', async () => {
  const stub = await startStub(() => undefined);
  const session = open(stub.url);
  await Promise.all([session.readPage(firstPage), session.readPage(firstPage), session.readPage(firstPage)]);
  expect(methods(stub.calls).filter((method) => method === 'common.db.login')).toHaveLength(1);
});

test('an expired session is logged in again once, and the call repeated', async () => {
  let reads = 0;
  const stub = await startStub(({ method }) => {
    if (!method.endsWith('search_read')) return undefined;
    reads += 1;
    return reads === 1 ? { status: 401 } : undefined;
  });
  await open(stub.url).readPage(firstPage);
  expect(methods(stub.calls).filter((method) => method === 'common.db.login')).toHaveLength(2);
  expect(reads).toBe(2);
});

test('a server that refuses every session gets one more login, not a loop', async () => {
  const stub = await startStub(({ method }) => (method.endsWith('search_read') ? { status: 401 } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'authentication_failed' });
  expect(methods(stub.calls).filter((method) => method === 'common.db.login')).toHaveLength(2);
});

test('a wrong password is tried once, however often the session is used', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? unauthorized : undefined));
  const session = open(stub.url);
  for (let use = 0; use < 3; use += 1) {
    await expect(session.readPage(firstPage)).rejects.toMatchObject({ code: 'authentication_failed' });
  }
  expect(methods(stub.calls).filter((method) => method === 'common.db.login')).toHaveLength(1);
});

test('too many failed logins are rate_limited with a wait, without a Retry-After', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? { status: 429 } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 300_000,
  });
});

test('no message holds the password or the session', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? unauthorized : undefined));
  const error: unknown = await open(stub.url)
    .readPage(firstPage)
    .catch((reason: unknown) => reason);
  expect(String(error)).toContain('common.db.login');
  expect(JSON.stringify(error) + String(error)).not.toContain('secret-password');
});

test('a check refuses a database that the server does not list, before any login', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.list' ? { result: ['other'] } : undefined));
  await expect(open(stub.url).check(signal)).rejects.toMatchObject({ code: 'configuration_invalid' });
  expect(methods(stub.calls)).not.toContain('common.db.login');
});

test('a check goes on where the list of databases is not public', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.list' ? { status: 403 } : undefined));
  await open(stub.url)
    .check(signal)
    .catch(() => undefined);
  expect(methods(stub.calls)).toContain('common.db.login');
});

test('a 404 at login is an outage: Tryton says it while its database is down', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? { status: 404 } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'system_unreachable' });
});

test('an address where no Tryton answers is told apart from an outage', async () => {
  const stub = await startStub(({ method }) =>
    method === 'common.server.version' ? { status: 200, body: '<html>shop</html>' } : undefined,
  );
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'bad_response' });
});

test('a gateway without its Tryton is an outage', async () => {
  const stub = await startStub(() => ({ status: 503 }));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'system_unreachable' });
});

test('a user who moved to another company is refused before anything is read', async () => {
  const stub = await startStub(() => undefined);
  await expect(open(stub.url, { profile: { company: 9 } }).readPage(firstPage)).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
  expect(methods(stub.calls)).not.toContain('model.stock.location.search_read');
});

test.each<[string, Json, string]>([
  [
    'no right',
    ['UserError', ['You are not allowed to access "Purchase".', 'Within groups: ', null]],
    'permission_denied',
  ],
  [
    'no right to a field',
    ['UserError', ['You are not allowed to access "Party.Name".', '', null]],
    'permission_denied',
  ],
  [
    'unknown ids',
    ['UserError', ['You are trying to read records "7" of "Party" that don\'t exist.', '', null]],
    'not_found',
  ],
  [
    'a missing value',
    ['UserError', ['A value is required for field "Party" in "Purchase".', '', null]],
    'validation_failed',
  ],
  ['a question', ['UserWarning', ['stock.inventory,1', 'Are you sure?', '']], 'needs_confirmation'],
  ['a changed record', ['ConcurrencyException', ['Records were modified in the meanwhile']], 'version_conflict'],
  ['a login to repeat', ['LoginException', ['password', 'Password', 'password']], 'authentication_failed'],
  ['too many logins', ['RateLimitException', []], 'rate_limited'],
  ['an unknown model', ["'no.model'", ''], 'unsupported'],
  ['an unknown field', ["'nope'", 'Traceback'], 'unsupported'],
  ['a lost database', ['server closed the connection unexpectedly', ''], 'system_unreachable'],
  ['a fault', ['division by zero', 'Traceback: secret'], 'system_error'],
])('an answer of HTTP 200 that says %s is an error', async (_, error, code) => {
  const stub = await startStub(({ method }) => (method.endsWith('search_read') ? { error } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code, upstream: { system: 'tryton' } });
});

test('a traceback is not kept', async () => {
  const stub = await startStub(({ method }) =>
    method.endsWith('search_read') ? { error: ['division by zero', 'Traceback: line 1'] } : undefined,
  );
  const error: unknown = await open(stub.url)
    .readPage(firstPage)
    .catch((reason: unknown) => reason);
  expect(JSON.stringify(error) + String(error)).not.toContain('Traceback');
});

test('a short page is not the end: an empty one is', async () => {
  const stub = await startStub(({ method, params }) => {
    if (!method.endsWith('search_read')) return undefined;
    return { result: JSON.stringify(params[0]).includes('["id",">",0]') ? [{ id: 4 }] : [] };
  });
  const session = open(stub.url);
  const first = await session.readPage(firstPage);
  expect(first.next).toEqual({ after: 4 });
  const second = await session.readPage({ ...firstPage, checkpoint: first.next });
  expect(second).toMatchObject({ items: [], next: null });
});

test('a position that is none is refused', async () => {
  const stub = await startStub(() => undefined);
  const read = open(stub.url).readPage({ ...firstPage, checkpoint: { offset: 20 } });
  await expect(read).rejects.toMatchObject({ code: 'cursor_expired' });
});

test('ids that cannot be Tryton ids are not asked for', async () => {
  const stub = await startStub(() => undefined);
  const records = await open(stub.url).fetchRecords({ entity: 'vendor', remoteIds: ['x', '-1', '1@2', ''], signal });
  expect(records).toEqual([]);
  expect(stub.calls).toEqual([]);
});

test('fields of modules that are not activated are left out', async () => {
  const stub = await startStub(({ method }) =>
    method === 'model.party.party.fields_get' ? { result: { supplier_currency: {} } } : undefined,
  );
  await open(stub.url).readPage({ ...firstPage, entity: 'vendor' });
  const fields = stub.calls.at(-1)?.params[4];
  expect(fields).toContain('supplier_currency.code');
  expect(fields).not.toContain('supplier_payment_term.name');
});

test('where the clock cannot be read there is none', async () => {
  const stub = await startStub(({ method }) => (method.endsWith('search_read') ? { result: [] } : undefined));
  expect(await open(stub.url).now(signal)).toBeNull();
});

test('the clock is that of the transaction, with its microseconds', async () => {
  const stamp = {
    __class__: 'datetime',
    year: 2026,
    month: 11,
    day: 4,
    hour: 3,
    minute: 2,
    second: 1,
    microsecond: 42,
  };
  const stub = await startStub(({ method }) =>
    method.endsWith('search_read') ? { result: [{ id: 1, create_date: stamp }] } : undefined,
  );
  expect(await open(stub.url).now(signal)).toBe('2026-11-04T03:02:01.000042Z');
});

test('closing logs out, so that the server does not keep the session', async () => {
  const stub = await startStub(() => undefined);
  const session = open(stub.url);
  await session.readPage(firstPage);
  await session.close();
  expect(stub.calls.at(-1)?.method).toBe('common.db.logout');
});

test('closing a session that never logged in sends nothing', async () => {
  const stub = await startStub(() => undefined);
  await open(stub.url).close();
  expect(stub.calls).toEqual([]);
});

test.each([
  ['no database', { database: undefined }, '/database'],
  ['an unknown setting', { databse: 'erp' }, '/'],
])('settings with %s are refused by name', (_, settings, path) => {
  const connection = {
    settings: { url: 'http://127.0.0.1:1', database: 'erp', ...settings },
    credentials: { user: 'a', password: 'b' },
    profile: {},
  };
  expect(() => tryton.open(connection)).toThrow(
    expect.objectContaining({ code: 'configuration_invalid', problems: [expect.objectContaining({ path })] }),
  );
});
