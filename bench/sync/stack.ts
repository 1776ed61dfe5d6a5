import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processEnvironment } from '../../platform/config/config.ts';
import { withLock } from '../../platform/local/lock.ts';
import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { type LocalPostgres, removePostgres, startPostgres } from '../../platform/local/postgres.ts';
import { ensureDatabase } from '../../platform/local/postgres-query.ts';
import { startTemporal, stopTemporal } from '../../platform/local/temporal.ts';
import { findTemporalBinary } from '../../platform/local/temporal-binary.ts';
import { searchAttributeNames } from '../../workflows/contract.ts';
import { type Erp, startErp, stopErp } from './erp.ts';
import { ask } from './query.ts';

/** The servers of a bench: a Postgres and a Temporal of its own, and as many sandbox ERPs as it asks for. */
export interface BenchStack {
  readonly postgresVersion: string;
  readonly temporalAddress: string;
  /** Emptied before the bench and removed after it. */
  readonly folder: string;
  readonly cacheDir: string;
  readonly checkout: string;
  /** The connection string of a database of that name, which is made where it is missing. */
  databaseUrl(name: string): Promise<string>;
  /** Writes out what earlier runs left in memory, so that the next one does not pay for it. */
  settle(): Promise<void>;
  /** A sandbox ERP with so many purchase orders of 3 lines each. */
  startErp(name: string, options: { records: number }): Promise<Erp>;
}

export interface StackOptions {
  readonly onProgress: (message: string) => void;
}

const checkout = join(import.meta.dirname, '../..');
const erpNames = ['erp', 'erp-large'];
const lockTimeoutMs = 1_000;

/** Runs `work` with the servers, and stops and removes them in the end, whatever came of it. One bench at a time. */
export async function withStack<T>(options: StackOptions, work: (stack: BenchStack) => Promise<T>): Promise<T> {
  const environment = processEnvironment();
  const { cacheDir, stateDir } = await resolveLocalPaths(checkout, { environment });
  const folder = join(stateDir, 'bench-sync');
  return withLock(
    `${folder}.lock`,
    async () => {
      // What a killed bench has left.
      await removeAll(folder);
      let removal: Promise<void> | undefined;
      const removeOnce = () => {
        removal ??= removeAll(folder);
        return removal;
      };
      const onSignal = (signal: NodeJS.Signals) => {
        void removeOnce().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
      };
      process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
      try {
        return await work(await start(folder, { cacheDir, onProgress: options.onProgress }));
      } finally {
        await removeOnce();
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      }
    },
    { timeoutMs: lockTimeoutMs },
  );
}

async function removeAll(folder: string): Promise<void> {
  for (const name of erpNames) await stopErp(folder, name);
  await stopTemporal(folder);
  await removePostgres(join(folder, 'postgres'));
  await rm(folder, { recursive: true, force: true });
}

async function start(folder: string, { cacheDir, onProgress }: StackOptions & { cacheDir: string }) {
  await mkdir(folder, { recursive: true });
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    cacheDir,
    durable: true,
    logFile: join(folder, 'postgres.log'),
  });
  await requireDurability(postgres);
  const binary = await findTemporalBinary({ cacheDir, environment: processEnvironment(), onProgress });
  const temporal = await startTemporal({
    binary,
    stateDir: folder,
    logFile: join(folder, 'temporal.log'),
    namespace: 'default',
    searchAttributes: Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const])),
    dbFile: join(folder, 'temporal.db'),
    ui: false,
  });
  return {
    postgresVersion: postgres.version,
    temporalAddress: temporal.address,
    folder,
    cacheDir,
    checkout,
    async databaseUrl(name) {
      await ensureDatabase(postgres, name);
      return postgres.url(name);
    },
    settle: () => ask(postgres.url('postgres'), 'checkpoint').then(() => undefined),
    startErp: (name, { records }) => startErp({ name, records, folder, checkout }),
  } satisfies BenchStack;
}

const settings = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

async function requireDurability(postgres: LocalPostgres): Promise<void> {
  for (const name of settings) {
    const [row] = await ask<{ value: string }>(postgres.url('postgres'), `select current_setting('${name}') as value`);
    if (row?.value !== 'on')
      throw new Error(`Postgres runs with ${name}=${row?.value}: its figures would mean nothing.`);
  }
}
