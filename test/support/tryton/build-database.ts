import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { FlowsError } from '../../../model/errors/flows-error.ts';
import { startPostgres } from '../../../platform/local/postgres.ts';
import { ensureDatabase } from '../../../platform/local/postgres-query.ts';
import type { EnvironmentOptions, TrytonEnvironment } from './environment.ts';
import { TrytonClient } from './rpc.ts';
import { type SeedSummary, seedTryton } from './seed/seed-tryton.ts';
import { trytonModules } from './series.ts';
import { startTrytond, stopTrytond, trytonDatabase, writeConfiguration } from './trytond.ts';

const run = promisify(execFile);

export interface BuildOptions extends EnvironmentOptions {
  readonly environment: TrytonEnvironment;
}

export interface BuiltDatabase {
  /** Of the user `admin`. */
  readonly password: string;
  readonly restrictedPassword: string;
  readonly seed: SeedSummary;
}

const activateTimeoutMs = 15 * 60_000;

/**
 * Makes a database cluster in `building` (see {@link dataDirOf}): modules activated, company and records seeded. Its
 * server and Tryton's are stopped again.
 */
export async function buildDatabase(building: string, options: BuildOptions): Promise<BuiltDatabase> {
  const { series, cacheDir, environment, onProgress } = options;
  const dataDir = dataDirOf(building);
  const logFile = join(building, 'postgres.log');
  const postgres = await startPostgres({ dataDir, cacheDir, durable: false, logFile });
  try {
    await ensureDatabase(postgres, trytonDatabase);
    const [password, restrictedPassword] = [randomPassword(), randomPassword()];
    const configuration = await writeConfiguration({ folder: building, postgres }, 0);
    onProgress(`creating the database of Tryton ${series} (once, about 90 seconds)`);
    await activateModules(building, { environment, configuration, password });
    const { url } = await startTrytond({ series, folder: building, environment, postgres });
    onProgress(`seeding the database of Tryton ${series} (once, about 40 seconds)`);
    const client = await TrytonClient.connect({ url, database: trytonDatabase, series, user: 'admin', password });
    const today = new Date().toISOString().slice(0, 10);
    const seed = await seedTryton(client, { today, restrictedPassword });
    return { password, restrictedPassword, seed };
  } finally {
    await stopTrytond(building);
    await postgres.stop();
  }
}

interface ActivateOptions {
  readonly environment: TrytonEnvironment;
  readonly configuration: string;
  readonly password: string;
}

async function activateModules(building: string, options: ActivateOptions): Promise<void> {
  const passwordFile = join(building, 'admin-password');
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  const args = ['-c', options.configuration, '-d', trytonDatabase, '-u', ...trytonModules];
  const account = ['--activate-dependencies', '--email', 'admin@example.test', '--password'];
  try {
    await run(options.environment.trytondAdmin, [...args, ...account], {
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', TRYTONPASSFILE: passwordFile },
      timeout: activateTimeoutMs,
      maxBuffer: 16 * 1024 * 1024,
    });
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const lines = (stderr?.trim() || (cause as Error).message).split('\n').slice(-3).join(' ');
    throw new FlowsError('system_error', `trytond-admin could not create the database: ${lines}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Where a folder of ours keeps its database cluster. */
export function dataDirOf(folder: string): string {
  return join(folder, 'postgres');
}

function randomPassword(): string {
  return randomBytes(15).toString('base64url');
}
