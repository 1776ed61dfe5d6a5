import { request } from 'undici';
import { describe, expect, test } from 'vitest';

import { createHttpClient } from '../../connectors/http/http-client.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import { logIn } from '../../connectors/tryton/login.ts';
import { callRpc } from '../../connectors/tryton/rpc.ts';
import { trytonSettings } from '../../connectors/tryton/settings.ts';
import type { Entity } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import { querySql, signal, type TrytonWorld, useTryton } from '../support/tryton-connector.ts';
import { rpcPathOf } from '../support/tryton/series.ts';

describe('a real Tryton', () => {
  const world = useTryton();

  test('a check by the administrator finds the version, the company and every entity readable', async () => {
    const check = await world.open({ profile: {} }).check(signal);
    expect(check.systemVersion).toBe(world.server.series);
    expect(check.profile).toEqual({ company: 1, currency: 'USD' });
    const names = Object.keys(tryton.entities);
    expect(check.entities).toEqual(Object.fromEntries(names.map((entity) => [entity, { readable: true }])));
  });

  test('a user without groups is told which group to ask for, and has the same fingerprint', async () => {
    const [limited, whole] = [
      await world.open(world.server.restricted).check(signal),
      await world.open().check(signal),
    ];
    expect(limited.fingerprint).toBe(whole.fingerprint);
    expect(limited.entities).toMatchObject({
      vendor: { readable: true },
      purchase_order: { readable: false, message: /purchase\.purchase/, hint: /the group "Purchase"/ },
      inventory_level: { readable: false, message: /stock\.move/, hint: /the group "Stock"/ },
    });
  });

  test('reading what the user may not see is permission_denied, in an answer of HTTP 200', async () => {
    const error = await failureOf(read(world, 'purchase_order', world.server.restricted));
    expect(error).toMatchObject({ code: 'permission_denied', upstream: { status: 200, code: 'UserError' } });
  });

  test.each<[string, string, Json[], string]>([
    ['an unknown field', 'model.party.party.search_read', [[], 0, 1, null, ['no_such_field']], 'unsupported'],
    ['an unknown model', 'model.no.model.search_read', [[], 0, 1, null, ['id']], 'unsupported'],
    ['an unknown id', 'model.party.party.read', [[999_999], ['name']], 'not_found'],
    ['a missing value', 'model.purchase.purchase.create', [[{ party: null }]], 'validation_failed'],
    ['a value that is none', 'model.party.party.search', [[['id', 'in', ['x']]]], 'system_error'],
  ])('%s inside an answer of HTTP 200 is an error', async (_, method, args, code) => {
    expect(await failureOf(call(world, method, args))).toMatchObject({ code, upstream: { status: 200 } });
  });

  test('a method that is not for RPC is refused', async () => {
    expect(await failureOf(call(world, 'model.party.party.no_such', []))).toMatchObject({ upstream: { status: 403 } });
  });

  test('a long answer is read, though Tryton calls it gzip when nobody asked for gzip', async () => {
    const labelled = await request(`${world.server.url}/${world.server.database}${rpcPathOf(world.server.series)}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-encoding': 'identity',
        authorization: await sessionOf(world),
      },
      body: JSON.stringify({ id: 1, method: 'model.ir.model.search_read', params: [[], 0, 50, null, ['name'], {}] }),
    });
    expect(labelled.headers['content-encoding']).toBe('gzip');
    expect(await labelled.body.json()).toMatchObject({ result: expect.any(Array) });
    const page = await read(world, 'purchase_order');
    expect(page.bytes).toBeGreaterThan(1_400);
    expect(page.items).toHaveLength(50);
  });

  test('a session that Tryton forgot is made anew, once for all calls that find it gone', async () => {
    const session = world.open();
    await session.now(signal);
    await querySql(world.server, 'delete from ir_session');
    const clocks = await Promise.all([session.now(signal), session.now(signal), session.now(signal)]);
    expect(clocks).not.toContain(null);
    expect(await countRows(world, 'ir_session')).toBe(1);
  });

  test('a closed session is gone from the server', async () => {
    await querySql(world.server, 'delete from ir_session');
    const session = world.open();
    await session.now(signal);
    await session.close();
    expect(await countRows(world, 'ir_session')).toBe(0);
  });

  test('a wrong password is authentication_failed and is tried at most twice', async () => {
    const session = world.open({ password: 'wrong' });
    for (let use = 0; use < 4; use += 1) {
      expect(await failureOf(session.now(signal))).toMatchObject({ code: 'authentication_failed' });
    }
    expect(await countRows(world, 'res_user_login_attempt')).toBeLessThanOrEqual(2);
  });

  test('a database that does not exist is a wrong setting', async () => {
    expect(await failureOf(world.open({ database: 'nope' }).check(signal))).toMatchObject({
      code: 'configuration_invalid',
    });
  });

  test('a session outlives an outage of the server', async () => {
    const session = world.open();
    await session.now(signal);
    await world.server.kill();
    expect(await failureOf(session.now(signal))).toMatchObject({ code: 'system_unreachable' });
    await world.server.restart();
    expect(await session.now(signal)).not.toBeNull();
  });
});

interface Account {
  readonly user: string;
  readonly password: string;
}

function read(world: TrytonWorld, entity: Entity, account?: Account) {
  const selection = { kind: 'snapshot', documentsFrom: null } as const;
  return world.open(account).readPage({ entity, selection, checkpoint: null, pageSize: 50, signal });
}

/** A call that the connector's entities do not make, over its own transport. */
async function call({ server }: TrytonWorld, method: string, args: Json[]): Promise<Json> {
  const { url, database, user, password } = server;
  const http = createHttpClient({ system: 'tryton', settings: trytonSettings.parse({ url, database }) });
  try {
    const login = await logIn(http, { database, user, password, company: undefined, signal });
    const { path, authorization, context } = login;
    return (await callRpc(http, { path, authorization, method, params: [...args, context], signal })).result;
  } finally {
    await http.close();
  }
}

async function sessionOf({ server }: TrytonWorld): Promise<string> {
  const { url, database, user, password } = server;
  const http = createHttpClient({ system: 'tryton', settings: trytonSettings.parse({ url, database }) });
  const login = await logIn(http, { database, user, password, company: undefined, signal });
  await http.close();
  return login.authorization;
}

function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function countRows({ server }: TrytonWorld, table: string): Promise<number | undefined> {
  const [row] = await querySql<{ count: number }>(server, `select count(*)::int as count from ${table}`);
  return row?.count;
}
