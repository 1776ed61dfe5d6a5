import { expect, test } from 'vitest';

import { tryton } from '../../connectors/tryton/index.ts';
import { type Call, firstPage, open, signal, startStub, unauthorized } from '../support/tryton-stub.ts';

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

test('a user who moved to another company is refused before anything is read', async () => {
  const stub = await startStub(() => undefined);
  await expect(open(stub.url, { profile: { company: 9 } }).readPage(firstPage)).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
  expect(methods(stub.calls)).not.toContain('model.stock.location.search_read');
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
