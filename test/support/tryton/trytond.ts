import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { FlowsError } from '../../../model/errors/flows-error.ts';
import { readJsonFile, sizeOfLog, writeJsonFile } from '../../../platform/local/files.ts';
import { findFreePort } from '../../../platform/local/ports.ts';
import type { LocalPostgres } from '../../../platform/local/postgres.ts';
import { describeExit, isOurs, readRecord, spawnDetached, stopProcess } from '../../../platform/local/process.ts';
import { isAlive } from '../../../platform/local/process-table.ts';
import { waitUntil } from '../../../platform/local/wait.ts';
import type { TrytonEnvironment } from './environment.ts';
import { askSeries } from './rpc.ts';
import type { TrytonSeries } from './series.ts';

/** Name of the one database that our Tryton servers serve. */
export const trytonDatabase = 'flows';

export interface TrytondOptions {
  readonly series: TrytonSeries;
  /** Folder for configuration, log and the record of the process. */
  readonly folder: string;
  readonly environment: TrytonEnvironment;
  readonly postgres: LocalPostgres;
}

export interface RunningTrytond {
  readonly pid: number;
  readonly url: string;
  readonly adopted: boolean;
}

const startTimeoutMs = 120_000;
const stopTimeoutMs = 15_000;

/**
 * Starts the server process of `folder`, or adopts the one that runs, on the port of the last time if that is free.
 * Ready means that it answered and is of the series asked for; it outlives this process.
 * @throws FlowsError `configuration_invalid` when a server of another series answers on the recorded port, or this one is
 * of another series; `system_unreachable` when it does not come up.
 */
export async function startTrytond(options: TrytondOptions): Promise<RunningTrytond> {
  const { folder, series, postgres } = options;
  const recorded = (await readJsonFile(join(folder, portFile))) as { port?: number } | undefined;
  if (recorded?.port !== undefined) {
    const url = urlOf(recorded.port);
    const answered = await askSeries(url);
    if (answered !== undefined && answered !== series) throw wrongSeries({ series, answered, url, folder });
    const running = await readRunning(folder);
    // One that was connected to an earlier Postgres process is not worth trusting.
    if (running && answered === series && postgres.adopted) return { pid: running.pid, url, adopted: true };
  }
  await stopTrytond(folder);
  return start(options, await findFreePort(recorded?.port));
}

/** Stops the server process of `folder` if one runs. */
export async function stopTrytond(folder: string): Promise<void> {
  const running = await readRunning(folder);
  if (running) await stopProcess({ pid: running.pid, signal: 'SIGTERM', timeoutMs: stopTimeoutMs });
  await rm(join(folder, recordFile), { force: true });
}

/** Kills the server process of `folder` where it stands; its record stays, as after a crash. */
export async function killTrytond(folder: string): Promise<void> {
  const running = await readRunning(folder);
  if (!running) return;
  process.kill(running.pid, 'SIGKILL');
  await waitUntil(() => (isAlive(running.pid) ? undefined : true), { timeoutMs: stopTimeoutMs, intervalMs: 20 });
}

/** Writes the configuration, with the database's password in it, for the owner's eyes only. */
export async function writeConfiguration(
  { folder, postgres }: Pick<TrytondOptions, 'folder' | 'postgres'>,
  port: number,
): Promise<string> {
  const file = join(folder, 'trytond.conf');
  const uri = postgres.url('').replace(/^postgres:/, 'postgresql:');
  const text = `[database]\nuri = ${uri}\nlist = True\n[web]\nlisten = 127.0.0.1:${port}\n`;
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
  return file;
}

const recordFile = 'trytond.json';
const portFile = 'port.json';

async function start(options: TrytondOptions, port: number): Promise<RunningTrytond> {
  const { folder, series, environment } = options;
  const logFile = join(folder, 'trytond.log');
  const from = sizeOfLog(logFile);
  const configuration = await writeConfiguration(options, port);
  const server = await spawnDetached(environment.trytond, {
    args: ['-c', configuration, '-d', trytonDatabase],
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' },
    logFile,
    recordFile: join(folder, recordFile),
  });
  const url = urlOf(port);
  const answered = await waitUntil(
    async () => (await askSeries(url)) ?? (server.exited() === undefined ? undefined : 'exited'),
    { timeoutMs: startTimeoutMs, intervalMs: 100 },
  );
  if (answered === series) {
    await writeJsonFile(join(folder, portFile), { port });
    return { pid: server.pid, url, adopted: false };
  }
  const exit = server.exited() === undefined ? undefined : describeExit(server, logFile, { from });
  await stopTrytond(folder);
  if (answered !== undefined && answered !== 'exited') throw wrongSeries({ series, answered, url, folder });
  const problem = exit ?? `did not answer within ${startTimeoutMs / 1000} s (log: ${logFile})`;
  throw new FlowsError('system_unreachable', `Tryton ${series} at ${url} did not start: it ${problem}.`);
}

async function readRunning(folder: string): Promise<{ readonly pid: number } | undefined> {
  const record = await readRecord(join(folder, recordFile));
  return record && isOurs(record) ? record : undefined;
}

interface WrongSeries {
  readonly series: TrytonSeries;
  readonly answered: string;
  readonly url: string;
  readonly folder: string;
}

function wrongSeries({ series, answered, url, folder }: WrongSeries): FlowsError {
  return new FlowsError(
    'configuration_invalid',
    `Tryton ${series} was asked for, and a server of series ${answered} answers at ${url}, the address recorded in ` +
      `${join(folder, portFile)}. Stop that server, or delete that file so that another port is taken.`,
  );
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
