import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readJsonFile, writeJsonFile } from '../../platform/local/files.ts';
import { withLock } from '../../platform/local/lock.ts';

const run = promisify(execFile);

/** A Python environment with dlt in it. */
export interface DltEnvironment {
  readonly python: string;
  /** The pinned packages, e.g. `dlt[postgres]==1.31.0`. */
  readonly packages: readonly string[];
  readonly pythonVersion: string;
}

export interface EnvironmentOptions {
  readonly cacheDir: string;
  readonly onProgress: (message: string) => void;
}

const requirementsFile = join(import.meta.dirname, 'dlt/requirements.txt');
const installTimeoutMs = 10 * 60_000;

/** The environment in the cache, made where it is missing or its pins have changed. Needs Python 3.10 or newer with venv. */
export async function ensureDlt({ cacheDir, onProgress }: EnvironmentOptions): Promise<DltEnvironment> {
  const packages = (await readFile(requirementsFile, 'utf8')).trim().split('\n');
  const folder = join(cacheDir, 'bench-dlt');
  const marker = join(folder, 'flows-ready.json');
  const python = join(folder, 'bin/python');
  await withLock(
    `${folder}.lock`,
    async () => {
      const installed = (await readJsonFile(marker)) as { packages?: readonly string[] } | undefined;
      if (installed?.packages?.join(' ') === packages.join(' ')) return;
      onProgress('Installing dlt from the Python registry, once (about 200 MB)');
      await rm(folder, { recursive: true, force: true });
      await tool('python3', ['-m', 'venv', folder]);
      await tool(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirementsFile]);
      await writeJsonFile(marker, { packages });
    },
    { timeoutMs: installTimeoutMs },
  );
  const pythonVersion = (await tool(python, ['--version'])).trim();
  return { python, packages, pythonVersion };
}

async function tool(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(command, [...args], { timeout: installTimeoutMs });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed: ${stderr?.trim() || message}`, { cause });
  }
}
