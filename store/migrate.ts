import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type pg from 'pg';
import { FlowsError } from '../model/errors/flows-error.ts';
import { type Database, inTransaction, stored } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);
/** Any number that no other program uses on this database. */
const advisoryLock = 7_246_302_114;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to this program's version, under an advisory lock, in one transaction, and gives the names of
 * what was applied. Forward only: a file that was applied may not be edited, and a newer schema is refused.
 */
export async function migrate(database: Database): Promise<readonly string[]> {
  const migrations = await readMigrations();
  return inTransaction(database, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [advisoryLock]);
    await client.query(
      `create table if not exists schema_migration (
         version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`,
    );
    const applied = await readApplied(client);
    refuseUnknown(migrations, applied);
    const pending = migrations.filter((migration) => !applied.has(migration.version));
    for (const { version, name, sql, checksum } of pending) {
      await client.query(sql);
      await client.query('insert into schema_migration (version, name, checksum) values ($1, $2, $3)', [
        version,
        name,
        checksum,
      ]);
    }
    return pending.map((migration) => migration.name);
  });
}

/** Throws `configuration_invalid` when the schema is older or newer than this program. */
export async function checkSchema(database: Database): Promise<void> {
  const migrations = await readMigrations();
  const exists = await stored(
    database.pool.query<{ table: string | null }>(`select to_regclass('schema_migration') as table`),
  );
  const applied = exists.rows[0]?.table ? await readApplied(database.pool) : new Map<number, string>();
  refuseUnknown(migrations, applied);
  const missing = migrations.filter((migration) => !applied.has(migration.version));
  if (missing.length > 0) {
    const names = missing.map((migration) => migration.name).join(', ');
    throw new FlowsError('configuration_invalid', `The database lacks the migrations ${names}. Run "flows migrate".`);
  }
}

async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { version: Number(file.slice(0, 4)), name: file.replace(/\.sql$/, ''), sql, checksum };
    }),
  );
}

async function readApplied(client: pg.Pool | pg.PoolClient): Promise<Map<number, string>> {
  const { rows } = await stored(
    client.query<{ version: number; checksum: string }>('select version, checksum from schema_migration'),
  );
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

function refuseUnknown(migrations: readonly Migration[], applied: ReadonlyMap<number, string>): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const [version, checksum] of applied) {
    const migration = known.get(version);
    if (!migration) {
      throw new FlowsError(
        'configuration_invalid',
        `The database has migration ${version}, which is newer than this program. Use the newer program.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new FlowsError(
        'configuration_invalid',
        `The migration ${migration.name} was edited after it was applied. Restore its file and add a new one.`,
      );
    }
  }
}
