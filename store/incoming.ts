import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A record on its way into the store. Ids, stamps and versions hold no control characters; `data` and `raw` are JSON text. */
export interface IncomingRow {
  readonly id: string;
  readonly remoteId: string;
  readonly stamp: string | null;
  readonly version: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly deleted: boolean;
  readonly contentHash: string;
  readonly rawHash: string;
  readonly fetchNumber: number;
  readonly data: string;
  readonly raw: string;
}

/** A row as COPY text: JSON never holds U+0001 or U+0002 unescaped, so quoting by them needs no escaping. */
export function incomingRow(row: IncomingRow): string {
  const texts = `${row.id}\x02\x01${row.remoteId}\x01\x02${row.stamp ?? ''}\x02${row.version === null ? '' : `\x01${row.version}\x01`}`;
  const facts = `${row.createdAt ?? ''}\x02${row.updatedAt ?? ''}\x02${row.deleted}\x02${row.contentHash}\x02${row.rawHash}\x02${row.fetchNumber}`;
  return `${texts}\x02${facts}\x02\x01${row.data}\x01\x02\x01${row.raw}\x01\n`;
}

const incomingTableSql = `
  create temporary table if not exists incoming (
    id text collate "C", remote_id text, stamp text collate "C", version text, created_at timestamptz, updated_at timestamptz,
    deleted boolean, content_hash text, raw_hash text, fetch_number bigint, data text, raw text
  ) with (toast_tuple_target = 8160) on commit delete rows`;
const copySql = `copy incoming (id, remote_id, stamp, version, created_at, updated_at, deleted, content_hash, raw_hash, fetch_number, data, raw)
  from stdin (format csv, delimiter E'\\x02', quote E'\\x01', null '')`;

/** Rows on their way into the temporary table `incoming`, inside a transaction that has begun. */
export interface IncomingCopy {
  /** Resolves when more may be written. */
  write(rows: string): Promise<void>;
  /** Resolves when all rows are in the table. */
  end(): Promise<void>;
}

/** Makes the temporary table, empty, and starts copying into it. It is emptied when the transaction ends. */
export async function openCopy(client: pg.PoolClient): Promise<IncomingCopy> {
  await client.query(incomingTableSql);
  const stream = client.query(copyFrom(copySql));
  let failure: Error | undefined;
  stream.on('error', (error: Error) => {
    failure = error;
  });
  return {
    async write(rows) {
      if (failure) throw failure;
      if (!stream.write(rows)) await drained(stream);
    },
    async end() {
      stream.end();
      await finished(stream);
    },
  };
}

/** Waits until a stream takes more, or ends: the next write then says why. */
async function drained(stream: Writable): Promise<void> {
  const abandon = new AbortController();
  const { signal } = abandon;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).finally(() =>
    abandon.abort(),
  );
}
