import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { withLock } from './lock.ts';
import type { Environment } from './paths.ts';

/** What finding a program needs to know and whom to tell. */
export interface FindOptions {
  readonly cacheDir: string;
  readonly environment: Environment;
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One way to get a program: leaves it somewhere under `folder` and returns its path, or throws why not. */
export interface InstallWay {
  readonly name: string;
  readonly install: (folder: string) => Promise<string>;
}

export interface InstallOptions extends FindOptions {
  /** What it is, for messages. */
  readonly title: string;
  /** Tried in this order. */
  readonly ways: readonly InstallWay[];
  /** What a person can do when no way works. */
  readonly advice: string;
}

const lockTimeoutMs = 30 * 60_000;

/**
 * The program `name` in the cache, got there first by one of the ways. It is made in a folder of its own and renamed, so
 * that an interruption leaves no half of it; two at once get it once.
 * @throws FlowsError `engine_unavailable` with what each way said.
 */
export async function installBinary(name: string, options: InstallOptions): Promise<string> {
  const file = join(options.cacheDir, 'bin', name);
  if (existsSync(file)) return file;
  return withLock(`${file}.lock`, () => (existsSync(file) ? Promise.resolve(file) : tryWays(file, options)), {
    timeoutMs: lockTimeoutMs,
    onWait: (pid) => options.onProgress(`waiting for process ${pid}, which is getting ${options.title}`),
    signal: options.signal,
  });
}

async function tryWays(file: string, { title, ways, advice, onProgress, signal }: InstallOptions): Promise<string> {
  const failures: string[] = [];
  await mkdir(dirname(file), { recursive: true });
  await removeUnfinished(file);
  for (const way of ways) {
    const folder = `${file}.unfinished-${failures.length}`;
    await mkdir(folder);
    try {
      onProgress(`getting ${title}: ${way.name}`);
      const made = await way.install(folder);
      await chmod(made, 0o755);
      await rename(made, file);
      return file;
    } catch (error) {
      signal?.throwIfAborted();
      failures.push(`- ${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  throw new FlowsError(
    'engine_unavailable',
    `${title} is not here and could not be got.\n${failures.join('\n')}\n${advice}`,
  );
}

async function removeUnfinished(file: string): Promise<void> {
  for (const entry of await readdir(dirname(file))) {
    if (!entry.startsWith(`${basename(file)}.unfinished-`)) continue;
    await rm(join(dirname(file), entry), { recursive: true, force: true });
  }
}
