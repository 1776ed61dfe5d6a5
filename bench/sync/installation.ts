import { Client, Connection } from '@temporalio/client';
import { createEngine, type TemporalEngine } from '../../engine/engine.ts';
import { createSecretBox, newMasterKey, type SecretBox } from '../../platform/secrets/secret-box.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { createNamespace } from '../../test/support/namespace.ts';
import { type BenchStream, connectStream } from './connect-stream.ts';
import type { Erp } from './erp.ts';
import type { BenchStack } from './stack.ts';
import { type BenchWorker, startWorker } from './worker.ts';

/** Flows with a database and a Temporal namespace of its own; workers are started apart. */
export interface Installation {
  readonly databaseUrl: string;
  readonly database: Database;
  readonly engine: TemporalEngine;
  readonly client: Client;
  readonly masterKey: string;
  readonly secretBox: SecretBox;
  startWorker(): Promise<BenchWorker>;
  /** Forgets all connections and all of their data. */
  empty(): Promise<void>;
  /** A connected ERP whose purchase orders were never read. Only that stream is made: the others would be empty. */
  connect(erp: Erp): Promise<BenchStream>;
  close(): Promise<void>;
}

export async function openInstallation(stack: BenchStack, name: string): Promise<Installation> {
  const databaseUrl = await stack.databaseUrl(name);
  const database = openDatabase(databaseUrl, { applicationName: 'flows-bench' });
  await migrate(database);
  const address = stack.temporalAddress;
  const namespace = await createNamespace(address);
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const engine = createEngine(client);
  const masterKey = newMasterKey();
  const secretBox = createSecretBox(masterKey);
  return {
    databaseUrl,
    database,
    engine,
    client,
    masterKey,
    secretBox,
    startWorker: () => startWorker({ databaseUrl, temporalAddress: address, namespace, masterKey }),
    async empty() {
      await database.pool.query('truncate connection, stream, record, outbox, scan_seen, execution cascade');
    },
    connect: (erp) => connectStream({ database, engine, secretBox }, erp),
    async close() {
      await database.close();
      await connection.close();
    },
  };
}
