import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Erp } from './erp.ts';
import { requireLoaded, unifiedTables } from './sums.ts';

const table = 'copied';

/** The limit: `COPY FROM STDIN` of finished rows, the ones that a sync stored. */
export interface RowCopy {
  /** Copies the rows into a new table with a primary key and gives the seconds from its begin to its commit. */
  run(erp: Erp): Promise<number>;
}

/** Takes the rows that are in `record` now. */
export async function prepareCopy(databaseUrl: string, folder: string): Promise<RowCopy> {
  const file = join(folder, 'rows.copy');
  await withClient(databaseUrl, (client) =>
    pipeline(client.query(copyTo('copy record to stdout')), createWriteStream(file)),
  );
  return {
    async run(erp) {
      const seconds = await withClient(databaseUrl, (client) => copyRows(client, file));
      await requireLoaded(databaseUrl, unifiedTables(table), erp.holds);
      return seconds;
    },
  };
}

async function copyRows(client: pg.Client, file: string): Promise<number> {
  await client.query(`drop table if exists ${table}`);
  await client.query(`create table ${table} (like record, primary key (id))`);
  const startedMs = performance.now();
  await client.query('begin');
  await pipeline(createReadStream(file), client.query(copyFrom(`copy ${table} from stdin`)));
  await client.query('commit');
  return (performance.now() - startedMs) / 1000;
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
