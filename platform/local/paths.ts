import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readlink, realpath, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';

/** Environment variables as a value, so that `process.env` is read in one place of the project only. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface LocalPaths {
  /** Downloads and builds, shared by all checkouts of this user; safe to delete while nothing runs. */
  readonly cacheDir: string;
  /** Local data, logs and process records of this checkout. */
  readonly stateDir: string;
}

/**
 * Where local files of a checkout live. `FLOWS_CACHE_DIR` and `FLOWS_HOME` override the two folders; else the XDG
 * variables hold, then `~/.cache/flows` and `~/.local/state/flows/<checkout name>-<hash of its path>`. Creates nothing.
 */
export async function resolveLocalPaths(
  checkoutDir: string,
  { environment }: { readonly environment: Environment },
): Promise<LocalPaths> {
  const home = environment.HOME || homedir();
  const cacheHome = environment.XDG_CACHE_HOME || join(home, '.cache');
  const stateHome = environment.XDG_STATE_HOME || join(home, '.local', 'state');
  const checkout = await realpath(checkoutDir);
  return {
    cacheDir: resolve(environment.FLOWS_CACHE_DIR || join(cacheHome, 'flows')),
    stateDir: resolve(environment.FLOWS_HOME || join(stateHome, 'flows', `${basename(checkout)}-${hash8(checkout)}`)),
  };
}

const systemFolders = ['/var/lib/flows', '/var/tmp/flows-root'] as const;

/**
 * The folder to use for `wanted`, which an unprivileged user (Postgres refuses to run as root) must be able to reach.
 * As a normal user that is `wanted`. As root, when a parent such as a 0700 home bars the way, it is a folder of its own
 * under `/var/lib/flows` (else `/var/tmp`), and `wanted` becomes a link to it. The parents exist afterwards; the folder
 * itself only where it is a link's target.
 */
export async function reachableFolder(
  wanted: string,
  { isRoot = process.getuid?.() === 0 }: { readonly isRoot?: boolean } = {},
): Promise<string> {
  await mkdir(dirname(wanted), { recursive: true });
  if (!isRoot) return wanted;
  const linked = await readlink(wanted).catch(() => undefined);
  if (linked !== undefined) {
    await mkdir(linked, { recursive: true });
    return linked;
  }
  if (existsSync(wanted) || (await isTraversableByOthers(dirname(wanted)))) return wanted;
  const target = join(await rootOwnedPublicFolder(), `${basename(wanted)}-${hash8(wanted)}`);
  await mkdir(target, { recursive: true });
  await chmod(target, 0o755);
  await symlink(target, wanted).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return target;
}

/** Whether every user may pass through `folder` and all its parents. */
export async function isTraversableByOthers(folder: string): Promise<boolean> {
  for (let current = await realpath(folder); ; current = dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) return false;
    if (current === dirname(current)) return true;
  }
}

/** A public place that nobody but root may have prepared: in a shared `/var/tmp` another user could own the name. */
async function rootOwnedPublicFolder(): Promise<string> {
  const refusals: string[] = [];
  for (const folder of systemFolders) {
    try {
      await mkdir(folder, { recursive: true });
      const { uid, mode } = await lstat(folder);
      if (uid !== 0 || (mode & 0o170000) !== 0o040000) throw new Error('it is not a folder owned by root');
      await chmod(folder, 0o755);
      if (await isTraversableByOthers(folder)) return folder;
      refusals.push(`${folder}: other users cannot reach it`);
    } catch (error) {
      refusals.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new FlowsError(
    'configuration_invalid',
    `No folder was found that the unprivileged database user can reach (${refusals.join('; ')}). ` +
      'Set FLOWS_HOME and FLOWS_CACHE_DIR to folders that every user may pass through, or run as a normal user.',
  );
}

function hash8(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
