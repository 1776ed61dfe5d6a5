import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { readJsonFile } from './files.ts';
import { identityOf, isAlive } from './process-table.ts';
import { waitUntil } from './wait.ts';

export interface LockOptions {
  readonly timeoutMs: number;
  /** Called once when another process holds the lock. */
  readonly onWait?: ((ownerPid: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Owner {
  readonly pid: number;
  readonly identity: string | undefined;
  readonly token: string;
}

/**
 * Runs `work` while holding the lock `file`; one holder at a time on this machine. A lock whose owner is dead is taken
 * over, so a kill leaves nothing to clean up.
 * @throws FlowsError `configuration_invalid` when the holder keeps it for longer than `timeoutMs`.
 */
export async function withLock<Result>(
  file: string,
  work: () => Promise<Result>,
  options: LockOptions,
): Promise<Result> {
  const owner: Owner = { pid: process.pid, identity: identityOf(process.pid), token: randomUUID() };
  await acquire(file, owner, options);
  try {
    return await work();
  } finally {
    if (isSame(await readOwner(file), owner)) await unlink(file);
  }
}

async function acquire(file: string, owner: Owner, options: LockOptions): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const ticket = `${file}.${owner.token}`;
  await writeFile(ticket, JSON.stringify(owner), { mode: 0o600 });
  let holder: Owner | undefined;
  try {
    const acquired = await waitUntil(
      async () => {
        if (await linked(ticket, file)) return true;
        const found = await readOwner(file);
        if (found === 'none') return undefined;
        if (found === 'broken' || !isHeld(found)) await removeStale(file, found);
        else if (holder === undefined) options.onWait?.(found.pid);
        holder = found === 'broken' ? holder : found;
        return undefined;
      },
      { timeoutMs: options.timeoutMs, intervalMs: 50, signal: options.signal },
    );
    if (acquired) return;
  } finally {
    await unlink(ticket);
  }
  throw new FlowsError(
    'configuration_invalid',
    `Process ${holder?.pid ?? '(unknown)'} has held ${file} for ${options.timeoutMs / 1000} s. ` +
      'Wait for it to finish, or stop it and try again.',
  );
}

/** A hard link either makes the lock with its content in one step or fails because it is there. */
async function linked(ticket: string, file: string): Promise<boolean> {
  try {
    await link(ticket, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Only one of several waiters gets the dead owner's file. One that was late and moved a new owner's lock aside puts it
 * back: the new owner never loses it to this waiter.
 */
async function removeStale(file: string, stale: Owner | 'broken'): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (!isSame(await readOwner(aside), stale)) await linked(aside, file);
  await unlink(aside);
}

function isHeld(owner: Owner): boolean {
  return isAlive(owner.pid) && identityOf(owner.pid) === owner.identity;
}

/** `broken` is a file without a readable owner, as a crash of the machine may leave it. */
async function readOwner(file: string): Promise<Owner | 'broken' | 'none'> {
  const value = (await readJsonFile(file)) as Owner | undefined;
  if (typeof value?.token === 'string' && Number.isInteger(value.pid)) return value;
  return existsSync(file) ? 'broken' : 'none';
}

function isSame(found: Owner | 'broken' | 'none', expected: Owner | 'broken'): boolean {
  if (typeof found === 'string' || typeof expected === 'string') return found === expected;
  return found.token === expected.token;
}
