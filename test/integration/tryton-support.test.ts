import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';

import { isAlive } from '../../platform/local/process-table.ts';
import { passwordFileOf, removeTryton, startTryton, type TrytonServer } from '../support/tryton/index.ts';
import { askSeries, TrytonClient } from '../support/tryton/rpc.ts';
import { plain } from '../support/tryton/values.ts';

/** The first time Tryton is installed and its database made; later this takes seconds. */
const firstTimeTimeoutMs = 20 * 60_000;
const series = '8.0';
const { cacheDir, stateDir } = inject('servers');
const options = { series, cacheDir, stateDir: join(stateDir, 'tryton-support') } as const;

let server: TrytonServer;

beforeAll(async () => {
  const onProgress = (message: string) => process.stderr.write(`  ${message}\n`);
  server = await startTryton({ ...options, fresh: true, onProgress });
}, firstTimeTimeoutMs);

afterAll(() => removeTryton(options));

function connect(user = server.user, password = server.password): Promise<TrytonClient> {
  return TrytonClient.connect({ url: server.url, database: server.database, series, user, password });
}

test('the server that answers is of the series asked for', async () => {
  expect(await askSeries(server.url)).toBe(series);
  expect(server.version).toMatch(/^8\.0\.\d+$/);
});

test('the seed holds orders and productions in every state that matters, and stock', async () => {
  const client = await connect();
  expect(await client.count('party.party', [['code', 'like', 'V-%']])).toBe(24);
  expect(await client.count('product.product')).toBe(40);
  expect(server.seed.states).toMatchObject({
    'purchase.purchase': { draft: 192, quotation: 5, processing: 116, done: 7, cancelled: 4 },
    production: { draft: 7, waiting: 6, assigned: 5, running: 4, done: 5, cancelled: 3 },
  });
  expect(await client.count('purchase.purchase')).toBe(server.seed.counts['purchase.purchase']);
  expect(await client.count('stock.move', [['state', '=', 'done']])).toBe(server.seed.states['stock.move']?.done);
});

test('more orders than a page holds share one stamp, with and without a write date', async () => {
  const orders = await (await connect()).searchRead('purchase.purchase', [['reference', '<=', 'PO-0300']], {
    fields: ['create_date', 'write_date'],
  });
  const stamps = orders.map((order) => JSON.stringify(plain(order.write_date ?? order.create_date ?? null)));
  const sizes = [...new Set(stamps)].map((stamp) => stamps.filter((other) => other === stamp).length);
  expect(sizes).toEqual([190, 110]);
  expect(orders.filter((order) => order.write_date === null)).toHaveLength(190);
});

test('the user without rights signs in and is refused every order', async () => {
  const client = await connect(server.restricted.user, server.restricted.password);
  await expect(client.count('purchase.purchase')).rejects.toMatchObject({ kind: 'UserError' });
});

test('the passwords lie in a file that only the owner can read', () => {
  expect(statSync(passwordFileOf(options)).mode & 0o777).toBe(0o600);
});

test('a second start adopts the server that runs', async () => {
  const again = await startTryton(options);
  expect(again).toMatchObject({ adopted: true, pid: server.pid, url: server.url });
});

test('a killed server comes back at its address with its data, and a fresh one without them', async () => {
  const [written] = await (await connect()).create('party.party', [{ name: 'Written by a test', code: 'T-1' }]);
  const { pid, url } = server;
  await server.kill();
  expect(isAlive(pid)).toBe(false);
  await server.restart();
  expect(server.url).toBe(url);
  expect(await (await connect()).search('party.party', [['code', '=', 'T-1']])).toEqual([written]);

  server = await startTryton({ ...options, fresh: true });
  expect(server.url).toBe(url);
  expect(await (await connect()).search('party.party', [['code', '=', 'T-1']])).toEqual([]);
});

test('a server of another series on the recorded port is refused, naming both', async () => {
  const other = createServer((_, response) => response.end(JSON.stringify({ id: 1, result: '7.8' })));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const elsewhere = { ...options, stateDir: join(options.stateDir, 'refused') };
  onTestFinished(async () => {
    other.close();
    await removeTryton(elsewhere);
  });
  const folder = join(elsewhere.stateDir, `tryton-${series}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'port.json'), JSON.stringify({ port: (other.address() as AddressInfo).port }));
  await expect(startTryton(elsewhere)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(/Tryton 8\.0 was asked for, and a server of series 7\.8 answers/),
  });
});
