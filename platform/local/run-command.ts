import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import type { Environment } from './paths.ts';

export interface RunOptions {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called every 15 s while it runs, with the seconds so far. */
  readonly onTick?: ((seconds: number) => void) | undefined;
}

const tickMs = 15_000;
const maxOutputChars = 20_000;

/**
 * Runs a command to its end and returns what it printed (the last 20,000 characters).
 * @throws Error with the end of its output, when it fails, exceeds `timeoutMs` or is aborted; it is then killed.
 */
export async function runCommand(command: string, options: RunOptions): Promise<string> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const started = performance.now();
  const ticker = setInterval(() => options.onTick?.(Math.round((performance.now() - started) / 1000)), tickMs);
  try {
    return await output(command, { ...options, signal });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (timeout.aborted) throw new Error(`it did not end within ${options.timeoutMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    clearInterval(ticker);
  }
}

function output(command: string, { args, env, signal }: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...env }, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const collect = (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-maxOutputChars);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ended with ${killedBy ?? `exit code ${code}`}: ${text.trim().slice(-1_000)}`));
    });
  });
}

/** The program's full path from `PATH`, undefined where it is not there. */
export async function findOnPath(program: string, environment: Environment): Promise<string | undefined> {
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, program);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}
