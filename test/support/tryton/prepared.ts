import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { readJsonFile, writeJsonFile } from '../../../platform/local/files.ts';
import { withLock } from '../../../platform/local/lock.ts';
import { reachableFolder } from '../../../platform/local/paths.ts';
import { removePostgres } from '../../../platform/local/postgres.ts';
import { findPostgresBinaries } from '../../../platform/local/postgres-binaries.ts';
import { type BuildOptions, type BuiltDatabase, buildDatabase, dataDirOf } from './build-database.ts';
import { stopTrytond } from './trytond.ts';

const run = promisify(execFile);

/** What is known of a prepared database; kept beside it and beside every copy, for the owner's eyes only. */
export interface Prepared extends BuiltDatabase {
  /** Changes with the seed, the releases of Tryton and of Postgres. */
  readonly key: string;
}

/** Dates of a seed stay put, so an older database would lie outside of the windows that are tested. */
const maxAgeDays = 14;
const lockTimeoutMs = 30 * 60_000;

/** Whether a copy with this record is what {@link restorePrepared} would make now. */
export async function isCurrent(prepared: Prepared, options: BuildOptions): Promise<boolean> {
  return prepared.key === (await keyOf(options)) && ageInDays(prepared) <= maxAgeDays;
}

/**
 * Puts a copy of the prepared database cluster at `dataDir`, where nothing may be, and answers its record. Where the
 * cache holds none, it is made first: modules activated, company and records seeded (about two minutes).
 */
export async function restorePrepared(dataDir: string, options: BuildOptions): Promise<Prepared> {
  const { series, cacheDir, onProgress } = options;
  const cache = join(cacheDir, 'tryton', series);
  return withLock(
    join(cache, 'prepared.lock'),
    async () => {
      const folder = join(cache, `prepared-${await keyOf(options)}`);
      const found = await readPrepared(folder);
      const prepared = found && ageInDays(found) <= maxAgeDays ? found : await prepare(folder, options);
      onProgress(`restoring the prepared database of Tryton ${series}`);
      await copyCluster(dataDirOf(folder), await reachableFolder(dataDir));
      return prepared;
    },
    {
      timeoutMs: lockTimeoutMs,
      onWait: (pid) => onProgress(`waiting for process ${pid}, which prepares the database of Tryton ${series}`),
    },
  );
}

const recordFile = 'prepared.json';

async function readPrepared(folder: string): Promise<Prepared | undefined> {
  return (await readJsonFile(join(folder, recordFile))) as Prepared | undefined;
}

/** Everything happens in a folder beside, and the record is written last: an interrupted attempt is made again. */
async function prepare(folder: string, options: BuildOptions): Promise<Prepared> {
  const building = join(options.cacheDir, 'tryton', options.series, 'building');
  const dataDir = dataDirOf(building);
  await discard(building);
  await mkdir(building, { recursive: true });
  try {
    const prepared = { ...(await buildDatabase(building, options)), key: await keyOf(options) };
    await removeOthers(join(options.cacheDir, 'tryton', options.series));
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await copyCluster(dataDir, dataDirOf(folder));
    await writeJsonFile(join(folder, recordFile), prepared);
    return prepared;
  } finally {
    await discard(building);
  }
}

/** `cp -a` keeps the owner, who under root is not us. `target` may be an empty folder. */
async function copyCluster(source: string, target: string): Promise<void> {
  const unfinished = `${target}.copying`;
  await rm(unfinished, { recursive: true, force: true });
  await run('cp', ['-a', await realpath(source), unfinished]);
  await rm(join(unfinished, 'server.json'), { force: true });
  await rename(unfinished, target);
}

async function discard(building: string): Promise<void> {
  await stopTrytond(building);
  await removePostgres(dataDirOf(building));
  await rm(building, { recursive: true, force: true });
}

/** Databases of other versions of the code or of Tryton, once they are too old to be used by anybody. */
async function removeOthers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.startsWith('prepared-')) continue;
    const found = await readPrepared(join(cache, name));
    if (!found || ageInDays(found) > maxAgeDays) await rm(join(cache, name), { recursive: true, force: true });
  }
}

async function keyOf({ series, cacheDir, environment }: BuildOptions): Promise<string> {
  const { packageVersion } = await findPostgresBinaries({ cacheDir });
  const hash = createHash('sha256').update(JSON.stringify([series, environment.versions, packageVersion]));
  const seedFolder = join(import.meta.dirname, 'seed');
  const seed = (await readdir(seedFolder)).sort().map((name) => join(seedFolder, name));
  for (const file of [...seed, join(import.meta.dirname, 'series.ts')]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

function ageInDays({ seed }: Prepared): number {
  return (Date.now() - Date.parse(`${seed.today}T00:00:00Z`)) / 86_400_000;
}
