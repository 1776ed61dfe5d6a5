import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Client } from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';

/** A migrated database that nobody else uses. */
export interface TestDatabase {
  readonly database: Database;
  readonly url: string;
  /** Closes the pool and deletes the database. */
  drop(): Promise<void>;
}

/** Any number; held while the template is made or copied, which Postgres allows to one at a time. */
const templateLock = 4_711;

/**
 * A new database on the tests' server, copied from a template that is migrated once for each content of the migrations.
 * Only in kinds of tests that have servers (see `kinds.ts`).
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('servers').postgresUrl;
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withServer(serverUrl, async (server) => {
    await server.query('select pg_advisory_lock($1)', [templateLock]);
    const template = await ensureTemplate(server, serverUrl);
    await server.query(`create database ${name} template ${template}`);
  });
  const url = urlOf(serverUrl, name);
  const database = openDatabase(url, { applicationName: 'flows-test', connectionsMax: 20 });
  const drop = async () => {
    await database.close();
    await withServer(serverUrl, (server) => server.query(`drop database if exists ${name} with (force)`));
  };
  return { database, url, drop };
}

async function ensureTemplate(server: Client, serverUrl: string): Promise<string> {
  const name = `template_${migrationsHash()}`;
  const { rowCount } = await server.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 1) return name;
  const unfinished = `${name}_unfinished`;
  await server.query(`drop database if exists ${unfinished} with (force)`);
  await server.query(`create database ${unfinished}`);
  const database = openDatabase(urlOf(serverUrl, unfinished), { applicationName: 'flows-test', connectionsMax: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  // A closed pool's backends may take a moment to leave.
  await server.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [unfinished]);
  await server.query(`alter database ${unfinished} rename to ${name}`);
  return name;
}

function migrationsHash(): string {
  const folder = new URL('../../store/migrations/', import.meta.url);
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(new URL(file, folder)));
  return hash.digest('hex').slice(0, 12);
}

async function withServer<T>(url: string, work: (server: Client) => Promise<T>): Promise<T> {
  const server = new Client({ connectionString: url });
  await server.connect();
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
