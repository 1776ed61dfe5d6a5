import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { toInstant } from '../model/instants.ts';
import type { Json } from '../model/json.ts';
import { toStoreError } from './errors.ts';
import type { Schema } from './schema.ts';
import { fromStoredJson } from './stored-text.ts';

/** A pool of connections to Flows's Postgres, and Kysely on top of it. */
export interface Database {
  readonly pool: pg.Pool;
  readonly query: Kysely<Schema>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly connectionsMax?: number;
  /** A connection that sat idle was lost, e.g. because the server restarted. The pool makes a new one. */
  readonly onIdleError?: (error: Error) => void;
}

const connectTimeoutMs = 5_000;
const statementTimeoutMs = 60_000;
const idleInTransactionTimeoutMs = 60_000;

/** Opens a pool; nothing is sent before the first query. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: options.applicationName,
    max: options.connectionsMax ?? 10,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    // A batch's temporary table fits into the buffers of its session.
    options: '-c TimeZone=UTC -c temp_buffers=64MB',
    types: { getTypeParser },
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // A connection that is lost while it is taken out says so here too; without a listener the process would end. Whoever has
  // it learns of it from the next statement.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const query = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { pool, query, close: () => query.destroy() };
}

/** Runs `work` in one transaction on one connection; any error rolls back and is converted to the taxonomy. */
export async function inTransaction<T>(database: Database, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect().catch((error: unknown) => {
    throw toStoreError(error);
  });
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // The server rolls back what is open when the connection goes.
    client.release(error instanceof Error ? error : true);
    throw toStoreError(error);
  }
}

/** Runs a query and converts its failure to the taxonomy. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toStoreError(error);
  }
}

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.TIMESTAMPTZ]: parseInstant,
  [pg.types.builtins.DATE]: (text) => text,
  [pg.types.builtins.JSON]: parseStoredJson,
  [pg.types.builtins.JSONB]: parseStoredJson,
};

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  return parsers[oid] ?? (pg.types.getTypeParser(oid, format) as (text: string) => unknown);
}

function parseStoredJson(text: string): Json {
  return JSON.parse(fromStoredJson(text)) as Json;
}

function parseInstant(text: string): string {
  return toInstant(text.replace(/\+00$/, 'Z')) ?? text;
}
