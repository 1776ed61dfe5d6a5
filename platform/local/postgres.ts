import { lstat, readFile, readlink, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { readJsonFile, sizeOfLog, writeJsonFile } from './files.ts';
import { withLock } from './lock.ts';
import { reachableFolder } from './paths.ts';
import { findFreePort } from './ports.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { type Cluster, openCluster } from './postgres-cluster.ts';
import { askServer, databaseUrl, type ServerAnswer } from './postgres-query.ts';
import { serverArguments } from './postgres-settings.ts';
import { describeExit, spawnDetached, stopProcess } from './process.ts';
import { commandLineOf, isAlive } from './process-table.ts';
import { waitUntil } from './wait.ts';

export interface PostgresOptions {
  /** Folder of the cluster; made where it is missing. */
  readonly dataDir: string;
  readonly cacheDir: string;
  /** False only for throw-away data: writes are then not flushed, and a crash of the machine may lose all of it. */
  readonly durable: boolean;
  readonly logFile: string;
  /** Wanted port; another is taken where it is in use. Without it, the port of the last time is wanted. */
  readonly port?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalPostgres {
  /** Connection string, with the password, of a database on this server. */
  url(database: string): string;
  readonly port: number;
  readonly pid: number;
  /** True for a server that was running already. */
  readonly adopted: boolean;
  /** As the server says it, e.g. `18.4`. */
  readonly version: string;
  /** Fast shutdown (open transactions are rolled back); returns once the process is gone. */
  stop(): Promise<void>;
}

const lockTimeoutMs = 180_000;
const startTimeoutMs = 120_000;
const startAttempts = 5;
const pauseMs = 200;
const stopTimeoutMs = 30_000;

/**
 * Starts PostgreSQL on 127.0.0.1, or adopts the one that already serves `dataDir`; it outlives this process. Ready means
 * that a query was answered. Two starters at once get the same server.
 * @throws FlowsError `store_unavailable` when it does not come up; `configuration_invalid` when it cannot be run here.
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const binaries = await findPostgresBinaries({ cacheDir: options.cacheDir });
  const folder = await reachableFolder(options.dataDir);
  return withLock(
    lockOf(options.dataDir),
    async () => {
      const cluster = await openCluster(folder, { binaries, durable: options.durable });
      const running = await adopt(cluster, options);
      return running ?? (await startServer(cluster, { binaries, options }));
    },
    { timeoutMs: lockTimeoutMs, signal: options.signal },
  );
}

/** Stops the server of `dataDir` if one runs, for instance one whose starter was killed. */
export async function stopPostgres(dataDir: string): Promise<void> {
  const folder = await realFolder(dataDir);
  await withLock(
    lockOf(dataDir),
    async () => {
      const found = await readPostmaster(join(folder, 'data'));
      if (found?.ours) await stopServer(found.pid);
    },
    { timeoutMs: lockTimeoutMs },
  );
}

/** Stops the server of `dataDir` and deletes its data. */
export async function removePostgres(dataDir: string): Promise<void> {
  await stopPostgres(dataDir);
  const folder = await realFolder(dataDir);
  await rm(folder, { recursive: true, force: true });
  if (folder !== dataDir) await unlink(dataDir);
}

async function adopt(cluster: Cluster, options: PostgresOptions): Promise<LocalPostgres | undefined> {
  const found = await readPostmaster(cluster.dataDirectory);
  if (!found) return undefined;
  const { pid, port, ours } = found;
  if (!ours) {
    // Postgres would take the process that now has this number for a server of its own and refuse to start.
    await rm(join(cluster.dataDirectory, 'postmaster.pid'), { force: true });
    return undefined;
  }
  const answer = await waitUntil(
    async () => (await answerOf(cluster, port)) ?? (isAlive(pid) ? undefined : ('gone' as const)),
    { timeoutMs: startTimeoutMs, intervalMs: 50, signal: options.signal },
  );
  if (answer && answer !== 'gone' && answer.durable === options.durable) {
    return { ...describeServer(cluster, { pid, port, answer, dataDir: options.dataDir }), adopted: true };
  }
  if (isAlive(pid)) await stopServer(pid);
  return undefined;
}

interface StartOptions {
  readonly binaries: PostgresBinaries;
  readonly options: PostgresOptions;
}

async function startServer(cluster: Cluster, { binaries, options }: StartOptions): Promise<LocalPostgres> {
  const portFile = join(cluster.folder, 'server.json');
  const wanted = options.port ?? ((await readJsonFile(portFile)) as { port?: number } | undefined)?.port;
  let problem = '';
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const port = await findFreePort(wanted);
    const tried = await tryStart(cluster, { binaries, options, port });
    if (typeof tried !== 'string') {
      await writeJsonFile(portFile, { port });
      return tried;
    }
    problem = tried;
    // Another took the port in between, or processes of a killed server still hold its memory for a moment.
    await delay(pauseMs * 2 ** attempt);
  }
  throw new FlowsError(
    'store_unavailable',
    `PostgreSQL in ${cluster.folder} did not start in ${startAttempts} attempts; the last one ${problem}.`,
  );
}

/** One attempt: the ready server, or what went wrong. */
async function tryStart(
  cluster: Cluster,
  { binaries, options, port }: StartOptions & { readonly port: number },
): Promise<LocalPostgres | string> {
  const from = sizeOfLog(options.logFile);
  const server = await spawnDetached(binaries.postgres, {
    args: serverArguments({ dataDirectory: cluster.dataDirectory, port, durable: options.durable }),
    env: { PATH: '/usr/bin:/bin', TZ: 'UTC' },
    logFile: options.logFile,
    user: cluster.user,
  });
  try {
    const answer = await waitUntil(
      async () => (await answerOf(cluster, port)) ?? (server.exited() === undefined ? undefined : ('exited' as const)),
      { timeoutMs: startTimeoutMs, intervalMs: 25, signal: options.signal },
    );
    if (answer && answer !== 'exited') {
      const running = { pid: server.pid, port, answer, dataDir: options.dataDir };
      return { ...describeServer(cluster, running), adopted: false };
    }
  } catch (error) {
    await stopServer(server.pid);
    throw error;
  }
  const problem = describeExit(server, options.logFile, { from });
  await stopServer(server.pid);
  return problem;
}

interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly answer: ServerAnswer;
  readonly dataDir: string;
}

function describeServer(cluster: Cluster, { pid, port, answer, dataDir }: RunningServer) {
  return {
    url: (database: string) => databaseUrl({ port, password: cluster.password, database }),
    port,
    pid,
    version: answer.version,
    stop: () => stopPostgres(dataDir),
  } satisfies Omit<LocalPostgres, 'adopted'>;
}

/** Another cluster on that port refuses our password or names its own folder. */
async function answerOf(cluster: Cluster, port: number): Promise<ServerAnswer | undefined> {
  const answer = await askServer({ port, password: cluster.password, database: 'postgres' });
  return answer?.dataDirectory === cluster.dataDirectory ? answer : undefined;
}

interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ours: boolean;
}

/** The live process named by `postmaster.pid` (its lines are pid, data directory, start, port, …). */
async function readPostmaster(dataDirectory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  return { pid, port: Number(lines[3]), ours: commandLineOf(pid).includes(`-D ${dataDirectory} `) };
}

function stopServer(pid: number): Promise<void> {
  return stopProcess({ pid, signal: 'SIGINT', timeoutMs: stopTimeoutMs });
}

function lockOf(dataDir: string): string {
  return `${dataDir}.lock`;
}

async function realFolder(dataDir: string): Promise<string> {
  const entry = await lstat(dataDir).catch(() => undefined);
  return entry?.isSymbolicLink() ? readlink(dataDir) : dataDir;
}
