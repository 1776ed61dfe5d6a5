import { listConnections } from '../../../store/connections.ts';
import { type Database, stored } from '../../../store/database.ts';
import { checkSchema } from '../../../store/migrate.ts';
import type { Context } from '../context.ts';
import { formatDuration } from '../format.ts';
import { check, type Finding } from './check.ts';

const clockDifferenceMsMax = 5_000;

/** Postgres, its schema, its clock, and whether the master key opens what is sealed there. */
export async function checkStore(context: Context, nowMs: () => number): Promise<Finding[]> {
  const { database } = context.services;
  const postgres = await check(
    'Postgres',
    'Start the server at DATABASE_URL, or the local stack with "npm start".',
    () => describeServer(database),
  );
  if (postgres.state !== 'ok') return [postgres];
  return [
    postgres,
    await check('schema', 'Run "flows migrate", with the newest version of Flows.', async () => {
      await checkSchema(database);
      return 'up to date';
    }),
    await check('clocks', 'Keep the clocks of this machine and of the Postgres server in step (NTP).', () =>
      compareClocks(database, nowMs),
    ),
    await check('master key', 'Set FLOWS_MASTER_KEY to the key that was in use when the connections were made.', () =>
      openCredentials(context),
    ),
  ];
}

async function describeServer(database: Database): Promise<string> {
  const { rows } = await stored(
    database.pool.query<{ version: string }>(`select current_setting('server_version') as version`),
  );
  return `version ${rows[0]?.version ?? 'unknown'}`;
}

async function compareClocks(database: Database, nowMs: () => number): Promise<string> {
  const before = nowMs();
  const { rows } = await stored(
    database.pool.query<{ ms: number }>('select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms'),
  );
  const differenceMs = Math.abs((rows[0]?.ms ?? 0) - (before + nowMs()) / 2);
  const text = `${formatDuration(differenceMs)} apart`;
  if (differenceMs > clockDifferenceMsMax) throw new Error(text);
  return text;
}

async function openCredentials({ services, secretBox }: Context): Promise<string> {
  const box = await secretBox();
  const sealed = (await listConnections(services.database, { includeRemoved: false })).filter(
    (row) => row.credentials !== null,
  );
  for (const { id, credentials } of sealed) box.open(credentials as Parameters<typeof box.open>[0], id);
  return `opens all credentials (connections: ${sealed.length})`;
}
