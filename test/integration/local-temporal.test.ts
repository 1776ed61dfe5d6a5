import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { isAlive } from '../../platform/local/process-table.ts';
import { startTemporal, stopTemporal, type TemporalOptions } from '../../platform/local/temporal.ts';
import { findTemporalBinary } from '../../platform/local/temporal-binary.ts';
import { sleeper } from '../support/local/sleeper.ts';
import { startElsewhere } from '../support/local/starter.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

let binary: string;

beforeAll(async () => {
  const { cacheDir } = await resolveLocalPaths('.', { environment: process.env });
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  binary = await findTemporalBinary({ cacheDir, environment: process.env, onProgress });
}, 15 * 60_000);

function newServer(): TemporalOptions & { readonly dbFile: string } {
  const stateDir = temporaryFolder();
  onTestFinished(() => stopTemporal(stateDir));
  return {
    ...{ binary, stateDir, dbFile: join(stateDir, 'temporal.db'), logFile: join(stateDir, 'temporal.log') },
    ...{ namespace: 'flows', searchAttributes: { FlowsKind: 'Keyword', FlowsAttention: 'Bool' }, ui: false },
  };
}

async function withConnection<Result>(address: string, work: (connection: Connection) => Promise<Result>) {
  const connection = await Connection.connect({ address });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function attributesOf(address: string): Promise<string[]> {
  return withConnection(address, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: 'flows' });
    return Object.keys(customAttributes ?? {}).filter((name) => name.startsWith('Flows'));
  });
}

test('a ready server has the namespace with 30 days of retention, the search attributes and the Web UI', async () => {
  const server = await startTemporal({ ...newServer(), ui: true });
  const { config } = await withConnection(server.address, ({ workflowService }) =>
    workflowService.describeNamespace({ namespace: 'flows' }),
  );
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 86_400);
  expect((await attributesOf(server.address)).toSorted()).toEqual(['FlowsAttention', 'FlowsKind']);
  expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
});

test('a stopped server leaves no process, and keeps its executions and address for the next start', async () => {
  const options = newServer();
  const first = await startTemporal(options);
  await withConnection(first.address, async (connection) => {
    const client = new Client({ connection, namespace: 'flows' });
    await client.workflow.start('none', { workflowId: 'kept', taskQueue: 'none' });
  });
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await startTemporal(options);
  expect(second).toMatchObject({ address: first.address, adopted: false });
  const status = await withConnection(second.address, async (connection) => {
    const client = new Client({ connection, namespace: 'flows' });
    return (await client.workflow.getHandle('kept').describe()).status.name;
  });
  expect(status).toBe('RUNNING');
});

test('the server of a killed process is adopted and gets the search attributes it lacks', async () => {
  const options = newServer();
  const starter = await startElsewhere<{ pid: number; address: string }>(
    ...(['platform/local/temporal.ts', 'startTemporal', options] as const),
  );
  await starter.kill();
  const more = { ...options.searchAttributes, FlowsState: 'Keyword' } as const;
  const adopted = await startTemporal({ ...options, searchAttributes: more });
  expect(adopted).toMatchObject({ adopted: true, pid: starter.started.pid, address: starter.started.address });
  expect(await attributesOf(adopted.address)).toContain('FlowsState');
});

test('two starters at once get one server', async () => {
  const options = newServer();
  const [a, b] = await Promise.all([startTemporal(options), startTemporal(options)]);
  expect(a.pid).toBe(b.pid);
  expect([a, b].filter(({ adopted }) => adopted)).toHaveLength(1);
});

test('a running server with other settings is replaced', async () => {
  const options = newServer();
  const first = await startTemporal(options);
  const second = await startTemporal({ ...options, ui: true });
  expect(second.adopted).toBe(false);
  expect(isAlive(first.pid)).toBe(false);
});

test('a record whose number another process has now is not stopped', async () => {
  const options = newServer();
  const other = sleeper();
  const record = { pid: other.pid, startedAt: '', command: [binary], identity: 'an earlier boot/1' };
  writeFileSync(join(options.stateDir, 'temporal.process.json'), JSON.stringify(record));
  const server = await startTemporal(options);
  expect(server.adopted).toBe(false);
  expect(isAlive(other.pid)).toBe(true);
});

test('a damaged file is kept aside and a new one made', async () => {
  const said: string[] = [];
  const options = { ...newServer(), onProgress: (message: string) => said.push(message) };
  writeFileSync(options.dbFile, 'no database at all '.repeat(50));
  await startTemporal(options);
  expect(readdirSync(options.stateDir).filter((name) => name.startsWith('temporal.db.damaged-'))).toHaveLength(1);
  expect(said).toHaveLength(1);
});

test('a search attribute that is there with another type is refused', async () => {
  const options = newServer();
  await startTemporal(options);
  await expect(startTemporal({ ...options, searchAttributes: { FlowsKind: 'Bool' } })).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringContaining('search attribute FlowsKind is there with a type other than Bool'),
  });
});
