import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { sizeOfLog } from './files.ts';
import type { Environment } from './paths.ts';
import { describeExit, isOurs, readRecord, spawnDetached, stopProcess } from './process.ts';
import { waitUntil } from './wait.ts';

/** A process of ours that the stack runs beside the servers, such as the sandbox ERP or the worker. */
export interface StackProcess {
  /** Lower-case letters, digits and dashes; unique in the stack, and the name of its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process. */
  readonly env: Environment;
  readonly cwd?: string;
  /** Whether it does its work; asked until it is true. A throw counts as not yet. */
  readonly ready: (process: { readonly pid: number }) => Promise<boolean>;
  /** 60,000 without it. */
  readonly readyTimeoutMs?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly adopted: boolean;
}

const stopTimeoutMs = 40_000;

/**
 * Starts the process, or adopts the recorded one.
 * @throws FlowsError `engine_unavailable` when it ends or does not get ready.
 */
export async function startStackProcess(
  wanted: StackProcess,
  { stateDir, signal }: { readonly stateDir: string; readonly signal?: AbortSignal | undefined },
): Promise<RunningProcess> {
  const { name } = wanted;
  const recordFile = recordFileOf(stateDir, name);
  const logFile = join(stateDir, `${name}.log`);
  const record = await readRecord(recordFile);
  if (record && isOurs(record)) return { name, pid: record.pid, adopted: true };
  const from = sizeOfLog(logFile);
  const started = await spawnDetached(wanted.command, { ...wanted, cwd: wanted.cwd, logFile, recordFile });
  const timeoutMs = wanted.readyTimeoutMs ?? 60_000;
  try {
    const ready = await waitUntil(
      async () => (started.exited() === undefined ? (await isReady(wanted, started.pid)) || undefined : 'exited'),
      { timeoutMs, intervalMs: 50, signal },
    );
    if (ready === true) return { name, pid: started.pid, adopted: false };
  } catch (error) {
    await stopStackProcess(stateDir, name);
    throw error;
  }
  const problem =
    started.exited() === undefined ? `was not ready after ${timeoutMs / 1000} s and was stopped; it ` : '';
  await stopStackProcess(stateDir, name);
  throw new FlowsError('engine_unavailable', `Process ${name} ${problem}${describeExit(started, logFile, { from })}.`);
}

/** Stops the recorded process of that name, if it runs. */
export async function stopStackProcess(stateDir: string, name: string): Promise<void> {
  const recordFile = recordFileOf(stateDir, name);
  const record = await readRecord(recordFile);
  if (record && isOurs(record)) await stopProcess({ pid: record.pid, signal: 'SIGTERM', timeoutMs: stopTimeoutMs });
  await rm(recordFile, { force: true });
}

async function isReady(wanted: StackProcess, pid: number): Promise<boolean> {
  try {
    return await wanted.ready({ pid });
  } catch {
    return false;
  }
}

function recordFileOf(stateDir: string, name: string): string {
  return join(stateDir, `${name}.process.json`);
}
