import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { FlowsError } from '../../model/errors/flows-error.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

/** The superuser of a local server; its password is in the cluster's own 0600 file. */
export const superuser = 'flows';

/** User that the server runs as where that is not us. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** A database cluster on disk with what is needed to open it. */
export interface Cluster {
  readonly folder: string;
  /** Postgres's own data directory. */
  readonly dataDirectory: string;
  readonly password: string;
  readonly user: ServerUser | undefined;
}

/**
 * Opens the cluster in `folder`, made first where there is none: UTF-8, code point order, passwords by SCRAM, page
 * checksums. It is made beside and renamed, so that an interruption leaves nothing half-made under its name.
 * @throws FlowsError `configuration_invalid` when another major version of Postgres made it.
 */
export async function openCluster(
  folder: string,
  { binaries, durable }: { readonly binaries: PostgresBinaries; readonly durable: boolean },
): Promise<Cluster> {
  const dataDirectory = join(folder, 'data');
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) await makeCluster(folder, { binaries, durable });
  const major = (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).trim();
  if (major !== String(binaries.majorVersion)) {
    throw new FlowsError(
      'configuration_invalid',
      `The local data in ${folder} was made by PostgreSQL ${major}, and this version of Flows runs ` +
        `PostgreSQL ${binaries.majorVersion}. Move the data with pg_dump of version ${major}, or reset the local stack.`,
    );
  }
  const password = (await readFile(join(folder, 'password'), 'utf8')).trim();
  const { uid, gid } = await stat(dataDirectory);
  return { folder, dataDirectory, password, user: isRoot() ? { uid, gid } : undefined };
}

async function makeCluster(
  folder: string,
  { binaries, durable }: { readonly binaries: PostgresBinaries; readonly durable: boolean },
): Promise<void> {
  const user = isRoot() ? await nobody() : undefined;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await chmod(unfinished, 0o700);
  const passwordFile = join(unfinished, 'password');
  await writeFile(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (user) for (const path of [unfinished, passwordFile]) await chown(path, user.uid, user.gid);
  const args = [
    ...['--pgdata', join(unfinished, 'data'), '--username', superuser, '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
    ...['--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    await run(binaries.initdb, args, { cwd: '/', env: { PATH: '/usr/bin:/bin', TZ: 'UTC' }, ...user });
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new FlowsError(
      'store_unavailable',
      `initdb could not make a database cluster in ${unfinished}: ${stderr?.trim() || (cause as Error).message}. ` +
        'Check the free space and the rights of that folder, or set DATABASE_URL to a PostgreSQL 18 server of yours.',
      { cause },
    );
  }
  await putInPlace(unfinished, folder);
}

/** Keeps what stands in the way, unless it is an empty folder: data is never deleted here. */
async function putInPlace(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rename(folder, `${folder}.incomplete-${Date.now()}`);
    await rename(unfinished, folder);
  }
}

/** Postgres refuses to run as root, and its tools want a user that the system knows. */
async function nobody(): Promise<ServerUser> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => (await run('id', [flag, 'nobody'])).stdout));
    return { uid: Number(uid), gid: Number(gid) };
  } catch (cause) {
    throw new FlowsError(
      'configuration_invalid',
      'Postgres does not run as root, and this system has no user "nobody" to run it as. ' +
        'Run as a normal user, or set DATABASE_URL to a PostgreSQL 18 server of yours.',
      { cause },
    );
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
