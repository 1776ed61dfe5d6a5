import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { openLogFile, readJsonFile, tailOfLog, writeJsonFile } from './files.ts';
import type { Environment } from './paths.ts';
import { commandLineOf, identityOf, isAlive, membersOfGroup } from './process-table.ts';
import { waitUntil } from './wait.ts';

/** What is kept about a process that may outlive us. */
export interface ProcessRecord {
  readonly pid: number;
  /** When we started it, ISO 8601. */
  readonly startedAt: string;
  readonly command: readonly string[];
  /** See `identityOf`; missing where we died right after the start. */
  readonly identity?: string;
}

export interface DetachedOptions {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly logFile: string;
  readonly cwd?: string | undefined;
  /** JSON file that the new process itself writes before it becomes the command, so that a kill of ours loses no process. */
  readonly recordFile?: string | undefined;
  /** User to run as; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

/** A started process. `exited` becomes its exit code or signal; it never rejects. */
export interface DetachedProcess {
  readonly pid: number;
  readonly exited: () => string | undefined;
}

const writesRecordThenRuns =
  'printf \'{"pid":%d,%s\' "$$" "$1" > "$0.new" && mv "$0.new" "$0" || exit 126; shift; exec "$@"';
const recordTimeoutMs = 10_000;

/**
 * Starts a process in a group of its own that outlives us, with its output appended to `logFile`.
 * @throws FlowsError `configuration_invalid` when the command cannot be run.
 */
export async function spawnDetached(command: string, options: DetachedOptions): Promise<DetachedProcess> {
  const { recordFile } = options;
  const record = { startedAt: new Date().toISOString(), command: [command, ...options.args] };
  const wrapped = recordFile
    ? ['/bin/sh', '-c', writesRecordThenRuns, recordFile, JSON.stringify(record).slice(1), ...record.command]
    : record.command;
  const process = await spawned(wrapped, options);
  if (recordFile) await completeRecord(recordFile, { ...record, pid: process.pid }, process);
  return process;
}

async function spawned([file, ...args]: readonly string[], options: DetachedOptions): Promise<DetachedProcess> {
  const log = openLogFile(options.logFile);
  try {
    const child = spawn(file ?? '', args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...options.env },
      cwd: options.cwd ?? '/',
      ...options.user,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    let exit: string | undefined;
    child.once('exit', (code, signal) => {
      exit = signal ?? `exit code ${code}`;
    });
    return { pid: child.pid ?? 0, exited: () => exit };
  } catch (cause) {
    throw new FlowsError('configuration_invalid', `${file} could not be run: ${(cause as Error).message}.`, { cause });
  } finally {
    closeSync(log);
  }
}

async function completeRecord(file: string, record: ProcessRecord, started: DetachedProcess): Promise<void> {
  const written = await waitUntil(
    async () => ((await readRecord(file))?.pid === started.pid || started.exited() !== undefined ? true : undefined),
    { timeoutMs: recordTimeoutMs, intervalMs: 2 },
  );
  const identity = identityOf(started.pid);
  if (written && identity && started.exited() === undefined) await writeJsonFile(file, { ...record, identity });
}

/** The record in `file`, undefined where there is none that can be read. */
export async function readRecord(file: string): Promise<ProcessRecord | undefined> {
  const value = await readJsonFile(file);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is ProcessRecord {
  const record = value as ProcessRecord | null | undefined;
  return Number.isInteger(record?.pid) && (record?.pid ?? 0) > 1 && Array.isArray(record?.command);
}

/** Whether the recorded process still runs and is the one recorded, not a later one with the same pid. */
export function isOurs(record: ProcessRecord): boolean {
  if (!isAlive(record.pid)) return false;
  if (record.identity !== undefined) return identityOf(record.pid) === record.identity;
  return commandLineOf(record.pid).includes(record.command.join(' '));
}

export interface StopOptions {
  readonly pid: number;
  /** Asked first; SIGKILL follows when the group still lives after `timeoutMs`. */
  readonly signal: 'SIGTERM' | 'SIGINT';
  readonly timeoutMs: number;
}

const killTimeoutMs = 10_000;

/**
 * Stops a process and its group; returns once none of it runs. Ask {@link isOurs} first.
 * @throws FlowsError `internal` when it survives SIGKILL.
 */
export async function stopProcess({ pid, signal, timeoutMs }: StopOptions): Promise<void> {
  const gone = () => (!isAlive(pid) && membersOfGroup(pid).length === 0 ? true : undefined);
  send(pid, signal);
  if (await waitUntil(gone, { timeoutMs, intervalMs: 20 })) return;
  send(pid, 'SIGKILL');
  if (await waitUntil(gone, { timeoutMs: killTimeoutMs, intervalMs: 20 })) return;
  throw new FlowsError(
    'internal',
    `Process ${pid} still runs ${killTimeoutMs / 1000} s after SIGKILL. Stop it by hand.`,
  );
}

/** To the group; a process that leads none, because somebody else started it, gets the signal itself. */
function send(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** How a process that should be running ended, with the end of its log, for an error message. */
export function describeExit(started: DetachedProcess, logFile: string, { from = 0 }: { from?: number } = {}): string {
  const tail = tailOfLog(logFile, { from });
  return `ended with ${started.exited() ?? 'no exit yet'}${tail && `; its log ends with:\n${tail}\n`}(log: ${logFile})`;
}
