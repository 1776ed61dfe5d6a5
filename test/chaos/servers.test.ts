import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, inject, it } from 'vitest';
import { createEngine } from '../../engine/engine.ts';
import { processEnvironment } from '../../platform/config/config.ts';
import { findFreePort } from '../../platform/local/ports.ts';
import { startTemporal, stopTemporal } from '../../platform/local/temporal.ts';
import { findTemporalBinary } from '../../platform/local/temporal-binary.ts';
import { createSecretBox, newMasterKey } from '../../platform/secrets/secret-box.ts';
import { searchAttributeNames, workflowIds } from '../../workflows/contract.ts';
import { openTestDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';
import { openOrderSource } from '../support/order-source.ts';
import { startWorkerProcess } from '../support/worker-process.ts';
import { waitFor } from '../support/world.ts';

const namespace = 'flows';
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

it('a Temporal server that is killed in the middle of a sync and comes back: nothing is lost or doubled', async () => {
  const server = await newServer();
  const temporal = await server.start();
  const testDatabase = await openTestDatabase();
  open.push(() => testDatabase.drop());
  const connection = await Connection.connect({ address: temporal.address });
  open.push(() => connection.close());
  const client = new Client({ connection, namespace });
  const masterKey = newMasterKey();
  const flows = { ...testDatabase, engine: createEngine(client), secretBox: createSecretBox(masterKey) };
  const orders = { records: 2_000, pageSize: 50, delayMs: 20, stallAtPage: 26 };
  // The step of one ends while the server is away; the step of the other outlives its heartbeat.
  const sources = [await openOrderSource(flows, { ...orders, stallMs: 500 }), await openOrderSource(flows, orders)];
  for (const source of sources) open.push(() => source.close());
  const worker = await startWorkerProcess({
    databaseUrl: testDatabase.url,
    temporalAddress: temporal.address,
    namespace,
    masterKey,
  });
  open.push(() => worker.end());

  const requests = await Promise.all(sources.map((source) => source.startSync()));
  await Promise.all(sources.map((source) => source.stalled()));
  process.kill(temporal.pid, 'SIGKILL');
  // Its last threads keep the port for a moment; the workers know the server by it.
  const port = Number(temporal.address.split(':')[1]);
  await waitFor(async () => ((await findFreePort(port)) === port ? true : null));
  expect(await server.start()).toMatchObject({ adopted: false, address: temporal.address });
  await Promise.all(sources.map((source) => source.goOn()));

  for (const [index, source] of sources.entries()) {
    const request = requests[index] ?? '';
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    const workflowId = workflowIds.requestedSync('full', source.connectionId, 'purchase_order', request);
    expect(await client.workflow.getHandle(workflowId).result()).toMatchObject({ outcome: 'completed' });
  }
});

/** A dev server of this test's own, whose file outlives it. */
async function newServer() {
  const { cacheDir } = inject('servers');
  const environment = processEnvironment();
  const binary = await findTemporalBinary({ cacheDir, environment, onProgress: console.error });
  const stateDir = temporaryFolder();
  open.push(() => stopTemporal(stateDir));
  const start = () =>
    startTemporal({
      binary,
      stateDir,
      dbFile: join(stateDir, 'temporal.db'),
      logFile: join(stateDir, 'temporal.log'),
      namespace,
      searchAttributes: Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const])),
      ui: false,
    });
  return { start };
}
