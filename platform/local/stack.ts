import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { withLock } from './lock.ts';
import type { Environment } from './paths.ts';
import { removePostgres, startPostgres, stopPostgres } from './postgres.ts';
import { ensureDatabase } from './postgres-query.ts';
import { newOwner, readStackFile, type StackOwner, type StackPart, writeStackFile } from './stack-owners.ts';
import { type RunningProcess, type StackProcess, startStackProcess, stopStackProcess } from './stack-process.ts';
import { startTemporal, stopTemporal } from './temporal.ts';
import { findTemporalBinary } from './temporal-binary.ts';
import type { SearchAttributeType } from './temporal-settings.ts';

export interface StackParts {
  readonly postgres?: { readonly database: string; readonly durable: boolean };
  readonly temporal?: {
    readonly namespace: string;
    readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
    readonly ui: boolean;
    /** Whether histories outlive the server, in a file of the state folder. */
    readonly durable: boolean;
  };
  /** Started in this order once the servers are ready, and stopped in the reverse order before them. */
  readonly processes?: (servers: StackServers) => readonly StackProcess[];
}

/** `source` is `environment` where a variable named a server: that one is used as it is, and never stopped. */
export interface StackServers {
  readonly postgres: { readonly url: string; readonly source: 'environment' | 'local' } | undefined;
  readonly temporal:
    | { readonly address: string; readonly uiUrl: string | undefined; readonly source: 'environment' | 'local' }
    | undefined;
}

export interface StackOptions {
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly environment: Environment;
  readonly onProgress: (message: string) => void;
  readonly parts: StackParts;
  /** Ends a start; what it had started is stopped before the promise rejects. */
  readonly signal?: AbortSignal | undefined;
}

export interface LocalStack extends StackServers {
  readonly processes: readonly RunningProcess[];
  /** Lets go of the stack; its parts are stopped in reverse order unless another living process uses them. */
  stop(): Promise<void>;
}

const lockTimeoutMs = 30 * 60_000;

/**
 * Starts what is wanted of Postgres, Temporal and our own processes, without Docker, or adopts what runs already in this
 * state folder. After a kill of the starter, the servers that were left are adopted and our own processes, which may be of
 * older code, started anew. `DATABASE_URL` and `TEMPORAL_ADDRESS` in the environment replace the local servers.
 */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const { stateDir, onProgress, signal } = options;
  await mkdir(stateDir, { recursive: true });
  const owner = newOwner();
  return withLock(
    lockOf(stateDir),
    async () => {
      try {
        await takeOver(stateDir, owner);
        const servers = { postgres: await postgresOf(options), temporal: await temporalOf(options) };
        const processes = await processesOf(options, servers);
        return { ...servers, processes, stop: () => letGo(stateDir, owner) };
      } catch (error) {
        await release(stateDir, owner);
        throw error;
      }
    },
    {
      timeoutMs: lockTimeoutMs,
      onWait: (pid) => onProgress(`waiting for process ${pid}, which starts the stack`),
      signal,
    },
  );
}

/** Stops all parts of this state folder, whoever uses them. */
async function stopStack({ stateDir }: { readonly stateDir: string }): Promise<void> {
  await mkdir(stateDir, { recursive: true });
  await withLock(lockOf(stateDir), () => stopParts(stateDir), { timeoutMs: lockTimeoutMs });
}

/** Stops all parts and deletes the state folder: local database, histories, logs. */
export async function resetStack({ stateDir }: { readonly stateDir: string }): Promise<void> {
  await stopStack({ stateDir });
  await removePostgres(postgresDir(stateDir));
  await rm(stateDir, { recursive: true, force: true });
}

/** Registers us; without another living owner, our own processes of the last time are stopped. */
async function takeOver(stateDir: string, owner: StackOwner): Promise<void> {
  const { owners, parts } = await readStackFile(stateDir);
  await writeStackFile(stateDir, { owners: [...owners, owner], parts });
  if (owners.length > 0) return;
  for (const part of parts.toReversed()) {
    if (part.kind === 'process') await stopPart(stateDir, part);
  }
}

async function postgresOf(options: StackOptions): Promise<StackServers['postgres']> {
  const { stateDir, cacheDir, environment, onProgress, parts, signal } = options;
  if (!parts.postgres) return undefined;
  if (environment.DATABASE_URL) return { url: environment.DATABASE_URL, source: 'environment' };
  await notePart(stateDir, { kind: 'postgres', name: 'postgres' });
  const { durable, database } = parts.postgres;
  const logFile = join(stateDir, 'postgres.log');
  const server = await startPostgres({ dataDir: postgresDir(stateDir), cacheDir, durable, logFile, signal });
  await ensureDatabase(server, database);
  onProgress(`PostgreSQL ${server.version} ${server.adopted ? 'was running' : 'runs'} on 127.0.0.1:${server.port}`);
  return { url: server.url(database), source: 'local' };
}

async function temporalOf(options: StackOptions): Promise<StackServers['temporal']> {
  const { stateDir, environment, onProgress, parts, signal } = options;
  if (!parts.temporal) return undefined;
  const address = environment.TEMPORAL_ADDRESS;
  if (address) return { address, uiUrl: undefined, source: 'environment' };
  const binary = await findTemporalBinary(options);
  await notePart(stateDir, { kind: 'temporal', name: 'temporal' });
  const dbFile = parts.temporal.durable ? join(stateDir, 'temporal.db') : undefined;
  const logFile = join(stateDir, 'temporal.log');
  const server = await startTemporal({ ...parts.temporal, binary, stateDir, dbFile, logFile, onProgress, signal });
  const web = server.uiUrl ? `, Web UI at ${server.uiUrl}` : '';
  onProgress(`Temporal ${server.adopted ? 'was running' : 'runs'} on ${server.address}${web}`);
  return { address: server.address, uiUrl: server.uiUrl, source: 'local' };
}

async function processesOf(options: StackOptions, servers: StackServers): Promise<RunningProcess[]> {
  const { stateDir, onProgress, parts, signal } = options;
  const running: RunningProcess[] = [];
  for (const wanted of parts.processes?.(servers) ?? []) {
    await notePart(stateDir, { kind: 'process', name: wanted.name });
    const started = await startStackProcess(wanted, { stateDir, signal });
    onProgress(`${wanted.name} ${started.adopted ? 'was running' : 'runs'} as process ${started.pid}`);
    running.push(started);
  }
  return running;
}

/** Written before the start, so that a kill in between leaves a part too many on the list, never one too few. */
async function notePart(stateDir: string, part: StackPart): Promise<void> {
  const { owners, parts } = await readStackFile(stateDir);
  const others = parts.filter(({ kind, name }) => kind !== part.kind || name !== part.name);
  if (others.length === parts.length) await writeStackFile(stateDir, { owners, parts: [...parts, part] });
}

async function letGo(stateDir: string, owner: StackOwner): Promise<void> {
  await withLock(lockOf(stateDir), () => release(stateDir, owner), { timeoutMs: lockTimeoutMs });
}

async function release(stateDir: string, owner: StackOwner): Promise<void> {
  const { owners, parts } = await readStackFile(stateDir);
  const others = owners.filter(({ token }) => token !== owner.token);
  await writeStackFile(stateDir, { owners: others, parts });
  if (others.length === 0) await stopParts(stateDir);
}

async function stopParts(stateDir: string): Promise<void> {
  const { parts } = await readStackFile(stateDir);
  for (const part of parts.toReversed()) await stopPart(stateDir, part);
  await writeStackFile(stateDir, { owners: [], parts: [] });
}

async function stopPart(stateDir: string, { kind, name }: StackPart): Promise<void> {
  if (kind === 'postgres') await stopPostgres(postgresDir(stateDir));
  else if (kind === 'temporal') await stopTemporal(stateDir);
  else await stopStackProcess(stateDir, name);
}

function postgresDir(stateDir: string): string {
  return join(stateDir, 'postgres');
}

function lockOf(stateDir: string): string {
  return join(stateDir, 'stack.lock');
}
