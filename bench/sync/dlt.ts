import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processEnvironment } from '../../platform/config/config.ts';
import type { DltEnvironment } from './dlt-environment.ts';
import type { Erp } from './erp.ts';
import { ask } from './query.ts';
import type { BenchStack } from './stack.ts';
import { requireLoaded, type Tables } from './sums.ts';

/** `default`: as its documentation begins; `json`: no child table; `tuned` and `arrow`: see `dlt/modes.py`. */
export const dltModes = ['default', 'json', 'tuned', 'arrow'] as const;
export type DltMode = (typeof dltModes)[number];

export interface DltRun {
  /** The whole process, from its spawn to its end. */
  readonly seconds: number;
  /** From the spawn until all is imported: what a process that is kept running would save. */
  readonly startSeconds: number;
  /** From then until all is loaded. */
  readonly loadSeconds: number;
}

export interface DltOptions {
  readonly stack: BenchStack;
  readonly environment: DltEnvironment;
  readonly mode: DltMode;
}

/** A first load into an empty database with a new pipeline, checked against the source. */
export async function runDlt(erp: Erp, { stack, environment, mode }: DltOptions): Promise<DltRun> {
  const databaseUrl = await stack.databaseUrl('bench_dlt');
  await ask(databaseUrl, 'drop schema if exists erp, erp_staging cascade');
  await stack.settle();
  const pipelinesDir = await mkdtemp(join(stack.folder, 'dlt-'));
  try {
    const run = await spawnLoad(environment, {
      mode,
      variables: {
        ERP_URL: erp.url,
        ERP_PASSWORD: erp.password,
        PIPELINES_DIR: pipelinesDir,
        DESTINATION__POSTGRES__CREDENTIALS: databaseUrl,
      },
    });
    await requireLoaded(databaseUrl, tables[mode], erp.holds);
    return run;
  } finally {
    await rm(pipelinesDir, { recursive: true, force: true });
  }
}

const fixedVariables = {
  RUNTIME__DLTHUB_TELEMETRY: 'false',
  RUNTIME__LOG_LEVEL: 'ERROR',
  PYTHONDONTWRITEBYTECODE: '1',
};

const rowTables = (line: string): Tables => ({
  orders: 'erp.purchase_orders',
  lines: `erp.purchase_orders, jsonb_array_elements(${line}) line`,
  quantity: `(line->>'Quantity')::numeric`,
  price: `(line->>'NetPrice')::numeric`,
});

const tables: Readonly<Record<DltMode, Tables>> = {
  default: {
    orders: 'erp.purchase_orders',
    lines: 'erp.purchase_orders__lines',
    quantity: 'quantity',
    price: 'net_price::numeric',
  },
  json: rowTables('lines'),
  tuned: rowTables('lines'),
  arrow: rowTables('lines::jsonb'),
};

const outputMax = 2_000;

interface LoadOptions {
  readonly mode: DltMode;
  readonly variables: Readonly<Record<string, string>>;
}

async function spawnLoad({ python }: DltEnvironment, { mode, variables }: LoadOptions): Promise<DltRun> {
  const spawnedMs = Date.now();
  const child = spawn(python, [join(import.meta.dirname, 'dlt/load.py'), mode], {
    cwd: variables.PIPELINES_DIR,
    env: { ...processEnvironment(), ...fixedVariables, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-outputMax);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-outputMax);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const endedMs = Date.now();
  const last = output.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !last.startsWith('{')) throw new Error(`dlt ${mode} ended with ${code}: ${errors || output}`);
  const times = JSON.parse(last) as { imported_at: number; loaded_at: number };
  return {
    seconds: (endedMs - spawnedMs) / 1000,
    startSeconds: times.imported_at - spawnedMs / 1000,
    loadSeconds: times.loaded_at - times.imported_at,
  };
}
