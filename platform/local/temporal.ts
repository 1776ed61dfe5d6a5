import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { readJsonFile, sizeOfLog, tailOfLog, writeJsonFile } from './files.ts';
import { withLock } from './lock.ts';
import { findFreePort, isListening } from './ports.ts';
import { describeExit, isOurs, readRecord, spawnDetached, stopProcess } from './process.ts';
import { answersWithNamespace, prepareNamespace } from './temporal-namespace.ts';
import { type DevServerPorts, type DevServerSettings, devServerArguments } from './temporal-settings.ts';
import { waitUntil } from './wait.ts';

export interface TemporalOptions extends DevServerSettings {
  /** The Temporal CLI, see `findTemporalBinary`. */
  readonly binary: string;
  /** Where the process record and the ports are kept. */
  readonly stateDir: string;
  readonly logFile: string;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalTemporal {
  /** Host and port of the gRPC service. */
  readonly address: string;
  readonly uiUrl: string | undefined;
  readonly pid: number;
  /** True for a server that was running already. */
  readonly adopted: boolean;
  /** Returns once the process is gone. What `dbFile` holds is kept. */
  stop(): Promise<void>;
}

const lockTimeoutMs = 180_000;
const startTimeoutMs = 60_000;
const adoptTimeoutMs = 10_000;
const startAttempts = 5;
const stopTimeoutMs = 15_000;

/**
 * Starts Temporal's dev server on free ports of 127.0.0.1, or adopts the one that this state folder's last starter left;
 * it outlives this process. Ready means that the namespace was described by a call. A damaged `dbFile` is moved aside.
 * @throws FlowsError `engine_unavailable` when it does not come up.
 */
export async function startTemporal(options: TemporalOptions): Promise<LocalTemporal> {
  const { stateDir, signal } = options;
  return withLock(
    lockOf(stateDir),
    async () => {
      const server = (await adopt(options)) ?? (await startServer(options));
      await prepareNamespace(server.address, options);
      return server;
    },
    { timeoutMs: lockTimeoutMs, signal },
  );
}

/** Stops the server of this state folder if one runs, for instance one whose starter was killed. */
export async function stopTemporal(stateDir: string): Promise<void> {
  await withLock(lockOf(stateDir), () => stopRecorded(stateDir), { timeoutMs: lockTimeoutMs });
}

/** What the last start chose; `settings` tells whether a running server is the one now wanted. */
interface SavedStart extends DevServerPorts {
  readonly settings: string;
}

async function adopt(options: TemporalOptions): Promise<LocalTemporal | undefined> {
  const { stateDir, namespace, signal } = options;
  const saved = (await readJsonFile(portsFile(stateDir))) as SavedStart | undefined;
  const record = await readRecord(recordFile(stateDir));
  if (!record || !isOurs(record)) return undefined;
  if (saved?.settings === settingsOf(options)) {
    const answers = await waitUntil(
      async () => ((await answersWithNamespace(addressOf(saved), namespace)) || !isOurs(record) ? true : undefined),
      { timeoutMs: adoptTimeoutMs, intervalMs: 100, signal },
    );
    if (answers && isOurs(record)) return describeServer(options, { ports: saved, pid: record.pid, adopted: true });
  }
  await stopRecorded(stateDir);
  return undefined;
}

async function startServer(options: TemporalOptions): Promise<LocalTemporal> {
  let problem = '';
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const from = sizeOfLog(options.logFile);
    const tried = await tryStart(options);
    if (typeof tried !== 'string') return tried;
    problem = tried;
    if (isDamage(tailOfLog(options.logFile, { from }))) await moveAside(options);
  }
  throw new FlowsError(
    'engine_unavailable',
    `The Temporal dev server ${options.binary} did not start in ${startAttempts} attempts; the last one ${problem}.`,
  );
}

/** One attempt: the ready server, or what went wrong. */
async function tryStart(options: TemporalOptions): Promise<LocalTemporal | string> {
  const { stateDir, logFile, namespace, signal } = options;
  const ports = await choosePorts(stateDir);
  const from = sizeOfLog(logFile);
  if (options.dbFile) await mkdir(dirname(options.dbFile), { recursive: true });
  // Before the process, so that whoever finds the process finds its ports too.
  await writeJsonFile(portsFile(stateDir), { ...ports, settings: settingsOf(options) } satisfies SavedStart);
  const server = await spawnDetached(options.binary, {
    args: devServerArguments(options, ports),
    // A home of its own keeps the user's CLI profiles out.
    env: { PATH: '/usr/bin:/bin', HOME: stateDir },
    logFile,
    recordFile: recordFile(stateDir),
  });
  try {
    const ready = await waitUntil(
      async () => {
        if (server.exited() !== undefined) return 'exited';
        // A gRPC channel that is refused once waits a second before it tries again.
        return (
          ((await isListening(ports.port)) && (await answersWithNamespace(addressOf(ports), namespace))) || undefined
        );
      },
      { timeoutMs: startTimeoutMs, intervalMs: 50, signal },
    );
    // Another program that took the port first could answer too, so ours must still run.
    if (ready === true && server.exited() === undefined) {
      return describeServer(options, { ports, pid: server.pid, adopted: false });
    }
  } catch (error) {
    await stopRecorded(stateDir);
    throw error;
  }
  const problem = describeExit(server, logFile, { from });
  await stopRecorded(stateDir);
  return problem;
}

async function choosePorts(stateDir: string): Promise<DevServerPorts> {
  const saved = (await readJsonFile(portsFile(stateDir))) as SavedStart | undefined;
  const port = await findFreePort(saved?.port);
  const uiPort = await findFreePort(saved?.uiPort === port ? undefined : saved?.uiPort);
  return { port, uiPort };
}

/** SQLite's own words for a file that is none or is broken. */
function isDamage(log: string): boolean {
  return /file is not a database|database disk image is malformed/.test(log);
}

async function moveAside({ dbFile, onProgress }: TemporalOptions): Promise<void> {
  if (!dbFile || !existsSync(dbFile)) return;
  const aside = `${dbFile}.damaged-${Date.now()}`;
  await rename(dbFile, aside);
  for (const suffix of ['-wal', '-shm']) await rm(`${dbFile}${suffix}`, { force: true });
  onProgress?.(`Temporal's local data was damaged and is now ${aside}; starting with an empty file`);
}

interface RunningServer {
  readonly ports: DevServerPorts;
  readonly pid: number;
  readonly adopted: boolean;
}

function describeServer({ stateDir, ui }: TemporalOptions, { ports, pid, adopted }: RunningServer): LocalTemporal {
  const uiUrl = ui ? `http://127.0.0.1:${ports.uiPort}` : undefined;
  return { address: addressOf(ports), uiUrl, pid, adopted, stop: () => stopTemporal(stateDir) };
}

async function stopRecorded(stateDir: string): Promise<void> {
  const file = recordFile(stateDir);
  const record = await readRecord(file);
  if (record && isOurs(record)) await stopProcess({ pid: record.pid, signal: 'SIGINT', timeoutMs: stopTimeoutMs });
  await rm(file, { force: true });
}

/** All that a restart would change; search attributes are added to a running server. */
function settingsOf(options: TemporalOptions): string {
  const args = devServerArguments({ ...options, searchAttributes: {} }, { port: 0, uiPort: 0 });
  return [options.binary, ...args].join(' ');
}

function addressOf({ port }: DevServerPorts): string {
  return `127.0.0.1:${port}`;
}

function recordFile(stateDir: string): string {
  return join(stateDir, 'temporal.process.json');
}

function portsFile(stateDir: string): string {
  return join(stateDir, 'temporal.json');
}

function lockOf(stateDir: string): string {
  return join(stateDir, 'temporal.lock');
}
