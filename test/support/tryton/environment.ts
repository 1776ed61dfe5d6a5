import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { FlowsError } from '../../../model/errors/flows-error.ts';
import { readJsonFile, writeJsonFile } from '../../../platform/local/files.ts';
import { withLock } from '../../../platform/local/lock.ts';
import { packagesOf, type TrytonSeries } from './series.ts';

const run = promisify(execFile);

/** A Python environment with one series of Tryton in it. */
export interface TrytonEnvironment {
  readonly trytond: string;
  readonly trytondAdmin: string;
  /** Fix releases of the server and its modules, by package name. */
  readonly versions: { readonly [name: string]: string };
}

export interface EnvironmentOptions {
  readonly series: TrytonSeries;
  readonly cacheDir: string;
  readonly onProgress: (message: string) => unknown;
}

const installTimeoutMs = 15 * 60_000;

/**
 * The environment of a series in the cache, installed from the Python registry where it is missing. Its marker is
 * written last, so an interrupted installation is made again.
 * @throws FlowsError `configuration_invalid` without a usable Python 3 or when the registry does not give the packages.
 */
export async function ensureEnvironment(options: EnvironmentOptions): Promise<TrytonEnvironment> {
  const folder = join(options.cacheDir, 'tryton', options.series, 'venv');
  const ready = await readReady(folder, options.series);
  if (ready) return ready;
  return withLock(
    `${folder}.lock`,
    async () => (await readReady(folder, options.series)) ?? (await install(folder, options)),
    {
      timeoutMs: installTimeoutMs,
      onWait: (pid) => options.onProgress(`waiting for process ${pid}, which installs Tryton ${options.series}`),
    },
  );
}

const marker = 'flows-ready.json';

interface Ready {
  readonly packages: readonly string[];
  readonly versions: { readonly [name: string]: string };
}

async function readReady(folder: string, series: TrytonSeries): Promise<TrytonEnvironment | undefined> {
  const ready = (await readJsonFile(join(folder, marker))) as Ready | undefined;
  const isCurrent = ready?.packages.join(' ') === packagesOf(series).join(' ');
  // A link to a Python that is gone counts as not there.
  if (!isCurrent || !existsSync(join(folder, 'bin', 'python'))) return undefined;
  return {
    trytond: join(folder, 'bin', 'trytond'),
    trytondAdmin: join(folder, 'bin', 'trytond-admin'),
    versions: ready.versions,
  };
}

async function install(folder: string, { series, onProgress }: EnvironmentOptions): Promise<TrytonEnvironment> {
  onProgress(`installing Tryton ${series} from the Python registry (about 100 MB)`);
  await makeEnvironment(folder);
  const python = join(folder, 'bin', 'python');
  const packages = packagesOf(series);
  try {
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], execOptions);
  } catch (cause) {
    throw new FlowsError(
      'configuration_invalid',
      `pip could not install Tryton ${series}: ${lastLines(cause)}. Check that the Python registry can be reached ` +
        '(pip reads its settings from pip.conf and PIP_INDEX_URL), then try again.',
      { cause },
    );
  }
  const { stdout } = await run(python, ['-m', 'pip', 'list', '--format', 'json'], execOptions);
  const list = JSON.parse(stdout) as { name: string; version: string }[];
  const versions = list.filter(({ name }) => name.startsWith('trytond')).map(({ name, version }) => [name, version]);
  await writeJsonFile(join(folder, marker), { packages, versions: Object.fromEntries(versions) } satisfies Ready);
  const ready = await readReady(folder, series);
  if (!ready)
    throw new FlowsError('internal', `The Python environment in ${folder} is not there after its installation.`);
  return ready;
}

const execOptions = { timeout: installTimeoutMs, maxBuffer: 16 * 1024 * 1024 };

/** Debian splits `venv` off its Python; there `virtualenv` does the same. */
async function makeEnvironment(folder: string): Promise<void> {
  const problems: string[] = [];
  for (const module of ['venv', 'virtualenv']) {
    try {
      // Retries, since the pip of a killed installation may still write.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      await run('python3', ['-m', module, folder], execOptions);
      return;
    } catch (cause) {
      problems.push(`python3 -m ${module}: ${lastLines(cause)}`);
    }
  }
  throw new FlowsError(
    'configuration_invalid',
    `Tryton needs Python 3.10 or newer with venv, and no environment could be made in ${folder} (${problems.join('; ')}). ` +
      'Install it (Debian and Ubuntu: apt-get install python3-venv; macOS: brew install python), or virtualenv ' +
      '(pip install virtualenv), then try again.',
  );
}

function lastLines(cause: unknown): string {
  const { code, stderr, stdout } = cause as NodeJS.ErrnoException & { stderr?: string; stdout?: string };
  if (code === 'ENOENT') return 'there is no python3 on the PATH';
  const text = (stderr?.trim() || stdout?.trim() || (cause as Error).message).split('\n');
  return text.slice(-3).join(' ').slice(0, 500);
}
