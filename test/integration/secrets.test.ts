import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { SandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import { secretsIn } from '../support/encodings.ts';
import { runCli } from '../support/run-cli.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { openErp, openWorld, type World } from '../support/world.ts';

const password = 'canary-right-4f1c9e07ab52';
const wrongPassword = 'canary/wrong "8d30&e1"';
const secrets = [password, wrongPassword];

describe('passwords of connected systems', () => {
  let world: World;
  let erp: SandboxErp;
  let worker: WorkerProcess;
  const output: string[] = [];

  beforeAll(async () => {
    world = await openWorld({ workers: false });
    erp = await openErp({ records: 40, password });
    const environment = {
      DATABASE_URL: world.url,
      TEMPORAL_ADDRESS: inject('servers').temporalAddress,
      TEMPORAL_NAMESPACE: world.namespace,
      FLOWS_MASTER_KEY: world.masterKey,
    };
    worker = await startWorkerProcess({
      databaseUrl: world.url,
      temporalAddress: environment.TEMPORAL_ADDRESS,
      namespace: world.namespace,
      masterKey: world.masterKey,
    });
    const flows = async (credentials: object, ...words: string[]) => {
      const result = await runCli(words, {
        environment: { ...environment, FLOWS_CREDENTIALS: JSON.stringify(credentials) },
      });
      output.push(result.stdout, result.stderr);
    };
    const settings = ['--set', `url=${erp.url}`];
    await flows({ user: 'demo', password }, 'connect', 'sandbox', '--name', 'right', ...settings);
    await flows({ user: 'demo', password: wrongPassword }, 'connect', 'sandbox', '--name', 'wrong', ...settings);
    await flows({ user: 'demo', password, extra: wrongPassword }, 'connect', 'sandbox', '--name', 'odd', ...settings);
    await flows({}, 'sync', 'right', '--mode', 'full');
    for (const words of [['status'], ['connections', 'list'], ['executions', 'list'], ['doctor']])
      await flows({}, ...words, '--json');
  });
  afterAll(async () => {
    await worker?.end();
    await world?.close();
    await erp?.close();
  });

  it('are found by the search when they are there', () => {
    expect(secretsIn(Buffer.from(`x${wrongPassword}x`).toString('base64'), secrets)).toEqual([wrongPassword]);
    expect(secretsIn(`{"password":"${password}"}`, secrets)).toEqual([password]);
  });

  it('are not in what the commands print', () => {
    expect(output.join('')).toContain('authentication_failed');
    expect(secretsIn(output.join('\n'), secrets)).toEqual([]);
  });

  it('are not in what the worker logs', () => {
    expect(worker.log.length).toBeGreaterThan(0);
    expect(secretsIn(worker.log.join('\n'), secrets)).toEqual([]);
  });

  it('are not in any row of the database', async () => {
    const rows = await readEveryRow(world);
    expect(rows.length).toBeGreaterThan(100);
    expect(secretsIn(rows.join('\n'), secrets)).toEqual([]);
  });

  it('are not in any history that Temporal keeps', async () => {
    const histories: string[] = [];
    for await (const { workflowId, runId } of world.client.workflow.list()) {
      const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
      histories.push(textOf(history));
    }
    expect(histories.length).toBeGreaterThan(5);
    expect(histories.join('')).toContain('Log in and look around');
    expect(secretsIn(histories.join('\n'), secrets)).toEqual([]);
  });
});

async function readEveryRow({ database }: World): Promise<string[]> {
  const { rows: tables } = await database.pool.query<{ tablename: string }>(
    `select tablename from pg_tables where schemaname = 'public'`,
  );
  const texts: string[] = [];
  for (const { tablename } of tables) {
    const { rows } = await database.pool.query<{ text: string }>(`select t::text as text from "${tablename}" t`);
    texts.push(...rows.map(({ text }) => text));
  }
  return texts;
}

/** A history as text, its payloads decoded. */
function textOf(history: object): string {
  return JSON.stringify(plain(history));
}

/** Own properties only: a message's own `toJSON` would turn its bytes to base64. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
