import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import { createEngine, type TemporalEngine } from '../../engine/engine.ts';
import type { Entity } from '../../model/entities/registry.ts';
import type { SyncMode } from '../../model/sync.ts';
import { type SandboxErp, startSandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import type { SandboxErpOptions } from '../../platform/local/sandbox-erp/options.ts';
import { createLogger } from '../../platform/logging/logger.ts';
import { createSecretBox, newMasterKey, type SecretBox } from '../../platform/secrets/secret-box.ts';
import { type ConnectionRow, insertConnection, readConnection } from '../../store/connections.ts';
import { readRequest, requestSync, type SyncRequestRow } from '../../store/requests.ts';
import { listStreams, type StreamRow } from '../../store/streams.ts';
import { createSessions } from '../../worker/sessions.ts';
import { createWorkers, runWorkers } from '../../worker/workers.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';
import { createNamespace } from './namespace.ts';

export interface NewTestConnection {
  readonly system: string;
  /** A name of its own without it. */
  readonly name?: string;
  readonly settings: object;
  readonly credentials: object;
  readonly windowDays?: number;
}

/** All of Flows in one process against real servers: a database, a Temporal namespace and workers of its own. */
export interface World extends TestDatabase {
  readonly engine: TemporalEngine;
  readonly client: Client;
  readonly secretBox: SecretBox;
  readonly masterKey: string;
  readonly namespace: string;
  /** Connects to a system and waits until the connection is active (or failed) and the first syncs have ended. */
  connect(connection: NewTestConnection): Promise<ConnectionRow>;
  stream(connectionId: string, entity: Entity): Promise<StreamRow>;
  /** Asks for a run and waits until it has ended. */
  sync(
    connectionId: string,
    entity: Entity,
    mode?: SyncMode,
    options?: { allowDeletes?: boolean },
  ): Promise<SyncRequestRow>;
  close(): Promise<void>;
}

// Once per test process; what a worker logs at lower levels says nothing in a test.
Runtime.install({ logger: new DefaultLogger('ERROR') });

const pollMs = 50;
const waitMs = 60_000;

export async function openWorld(options: { workers?: boolean } = {}): Promise<World> {
  const { temporalAddress: address, workflowBundlePath } = inject('servers');
  const testDatabase = await openTestDatabase();
  const { database } = testDatabase;
  const namespace = await createNamespace(address);
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const engine = createEngine(client);
  const masterKey = newMasterKey();
  const secretBox = createSecretBox(masterKey);
  const sessions = createSessions(secretBox);
  const native = await NativeConnection.connect({ address });
  const workers =
    options.workers === false
      ? []
      : await createWorkers({
          connection: native,
          namespace,
          workflowBundle: { codePath: workflowBundlePath },
          dependencies: { database, sessions, engine },
          logger: createLogger({ level: 'silent', name: 'test' }),
          identity: 'test-worker',
          syncStepsMax: 4,
          controlStepsMax: 10,
          shutdownGraceMs: 0,
        });
  const running = runWorkers(workers);

  const stream = async (connectionId: string, entity: Entity) => {
    const found = (await listStreams(database, connectionId)).find((row) => row.entity === entity);
    if (!found) throw new Error(`no stream of ${entity}`);
    return found;
  };

  return {
    ...testDatabase,
    engine,
    client,
    secretBox,
    masterKey,
    namespace,
    stream,
    connect: (connection) => connectAndSettle({ database, engine, secretBox }, connection),
    sync: async (connectionId, entity, mode = 'incremental', { allowDeletes = false } = {}) =>
      requestAndWait({ database, engine }, { stream: await stream(connectionId, entity), mode, allowDeletes }),
    async close() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
      await sessions.closeAll();
      await native.close();
      await connection.close();
      await testDatabase.drop();
    },
  };
}

type Parts = Pick<World, 'database' | 'engine' | 'secretBox'>;

async function connectAndSettle(
  { database, engine, secretBox }: Parts,
  wanted: NewTestConnection,
): Promise<ConnectionRow> {
  const { system, settings, credentials, name = `test-${randomBytes(4).toString('hex')}`, windowDays = 90 } = wanted;
  const row = await insertConnection(database, {
    system,
    name,
    settings,
    windowDays,
    environment: 'test',
    sealCredentials: (id) => secretBox.seal(credentials, id),
  });
  await engine.startConnect({ connectionId: row.id, system });
  return waitFor(async () => {
    const now = await readConnection(database, row.id);
    if (now.lifecycle === 'failed') return now;
    const streams = await listStreams(database, row.id);
    const isSettled =
      streams.length > 0 && streams.every(({ run_state }) => run_state !== null && run_state !== 'running');
    return now.lifecycle === 'active' && isSettled ? now : null;
  });
}

async function requestAndWait(
  { database, engine }: Pick<Parts, 'database' | 'engine'>,
  { stream, mode, allowDeletes }: { stream: StreamRow; mode: SyncMode; allowDeletes: boolean },
): Promise<SyncRequestRow> {
  const { id: streamId, connection_id: connectionId, entity } = stream;
  const { system } = await readConnection(database, connectionId);
  const request = await requestSync(database, { streamId, mode, origin: 'manual', allowDeletes });
  await engine.startSync({ connectionId, streamId, entity, system, mode, requestId: request.id });
  return waitFor(async () => {
    const now = await readRequest(database, request.id);
    return now.state === 'pending' || now.state === 'taken' ? null : now;
  });
}

/** A sandbox ERP in this process, with the password that tests log in with. */
export function openErp(options: SandboxErpOptions = {}): Promise<SandboxErp> {
  return startSandboxErp({ password: 'sandbox-password', limitedPassword: 'limited-password', ...options });
}

export const sandboxCredentials = { user: 'demo', password: 'sandbox-password' } as const;

/** Asks until there is an answer. */
export async function waitFor<T>(ask: () => Promise<T | null>, timeoutMs = waitMs): Promise<T> {
  for (const endMs = Date.now() + timeoutMs; Date.now() < endMs; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`waited ${timeoutMs} ms in vain for ${ask.toString().slice(0, 200)}`);
}
