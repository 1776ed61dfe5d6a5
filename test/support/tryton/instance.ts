import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { readJsonFile, writeJsonFile } from '../../../platform/local/files.ts';
import { removePostgres, startPostgres, stopPostgres } from '../../../platform/local/postgres.ts';
import { type BuildOptions, dataDirOf } from './build-database.ts';
import { isCurrent, type Prepared, restorePrepared } from './prepared.ts';
import { type RunningTrytond, startTrytond, stopTrytond, trytonDatabase } from './trytond.ts';

/**
 * Sees to it that `folder` holds a copy of the prepared database: the one that is there, unless `fresh` or out of date.
 * Its record is written last, so a half-made copy is made again.
 */
export async function ensureInstance(
  folder: string,
  options: BuildOptions & { readonly fresh: boolean },
): Promise<Prepared> {
  const found = (await readJsonFile(instanceFileOf(folder))) as Prepared | undefined;
  if (found && !options.fresh && (await isCurrent(found, options))) return found;
  await removeInstance(folder);
  await mkdir(folder, { recursive: true });
  const prepared = await restorePrepared(dataDirOf(folder), options);
  await writeJsonFile(instanceFileOf(folder), prepared);
  return prepared;
}

/** Starts, or adopts, the database and then the server of `folder`. */
export async function startInstance(
  folder: string,
  { series, cacheDir, environment }: Pick<BuildOptions, 'series' | 'cacheDir' | 'environment'>,
): Promise<RunningTrytond & { readonly databaseUrl: string }> {
  const logFile = join(folder, 'postgres.log');
  const postgres = await startPostgres({ dataDir: dataDirOf(folder), cacheDir, durable: false, logFile });
  try {
    const running = await startTrytond({ series, folder, environment, postgres });
    return { ...running, databaseUrl: postgres.url(trytonDatabase) };
  } catch (error) {
    if (!postgres.adopted) await postgres.stop();
    throw error;
  }
}

export async function stopInstance(folder: string): Promise<void> {
  await stopTrytond(folder);
  await stopPostgres(dataDirOf(folder));
}

/** Stops what runs and deletes the data. The port survives, so that the address stays the same with new data. */
export async function removeInstance(folder: string): Promise<void> {
  await stopTrytond(folder);
  await rm(instanceFileOf(folder), { force: true });
  await removePostgres(dataDirOf(folder));
}

/** File with the passwords of an instance, for the owner's eyes only. */
export function instanceFileOf(folder: string): string {
  return join(folder, 'instance.json');
}
