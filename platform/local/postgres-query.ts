import { Client } from 'pg';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { superuser } from './postgres-cluster.ts';

export interface ServerAddress {
  readonly port: number;
  readonly password: string;
  readonly database: string;
}

export interface ServerAnswer {
  readonly version: string;
  readonly dataDirectory: string;
  readonly durable: boolean;
}

const connectTimeoutMs = 2_000;
const queryTimeoutMs = 10_000;

/** Connection string of a database on a local server. */
export function databaseUrl({ port, password, database }: ServerAddress): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** What the server says of itself, or undefined where it does not answer or refuses us. */
export async function askServer(address: ServerAddress): Promise<ServerAnswer | undefined> {
  try {
    return await withClient(databaseUrl(address), async (client) => {
      const { rows } = await client.query<ServerAnswer>(
        `select current_setting('server_version') as version, current_setting('data_directory') as "dataDirectory",
                current_setting('fsync')::boolean as durable`,
      );
      return rows[0];
    });
  } catch {
    return undefined;
  }
}

/**
 * Makes the database where it is missing; safe for two at once.
 * @throws FlowsError `store_unavailable` when the server does not do it.
 */
export async function ensureDatabase(server: { url(database: string): string }, name: string): Promise<void> {
  try {
    await withClient(server.url('postgres'), async (client) => {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
    });
  } catch (cause) {
    if (raceCodes.has((cause as { code?: string }).code ?? '')) return;
    throw new FlowsError(
      'store_unavailable',
      `Database ${name} could not be made on the local PostgreSQL: ${(cause as Error).message}.`,
      { cause },
    );
  }
}

/** duplicate_database, and the unique violation that the slower of two creators may get instead. */
const raceCodes = new Set(['42P04', '23505']);

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    application_name: 'flows local launcher',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}
