import type pg from 'pg';
import type { Problem } from '../model/errors/flows-error.ts';
import { newId } from '../model/ids.ts';
import { type Database, stored } from './database.ts';
import { toStoredJson, toStoredText } from './stored-text.ts';

/** A remote record that could not be taken in, with its reason; the page that brought it goes on without it. */
export interface QuarantinedRecord {
  /** Null when its id could not be read. */
  readonly remoteId: string | null;
  readonly recordId: string | null;
  /** JSON text, as `toStoredJson` gives it. */
  readonly raw: string;
  readonly rawHash: string;
  readonly code: string;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly fetchNumber: number;
}

/** Writes records to the quarantine, inside a transaction that has locked the stream; a known one is counted up. */
export async function quarantineRecords(
  client: pg.PoolClient,
  streamId: string,
  records: readonly QuarantinedRecord[],
): Promise<void> {
  for (const record of records) {
    await client.query(quarantineSql, [
      newId('quarantine'),
      streamId,
      record.remoteId,
      record.raw,
      record.rawHash,
      record.code,
      toStoredText(record.message),
      toStoredJson(JSON.stringify(record.problems)),
      record.fetchNumber,
    ]);
  }
}

const quarantineSql = `
  insert into quarantine (id, stream_id, remote_id, raw, raw_hash, code, message, problems, fetch_number)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
  on conflict (stream_id, coalesce(remote_id, ''), (case when remote_id is null then raw_hash else '' end)) where resolved_at is null
  do update set raw = excluded.raw, raw_hash = excluded.raw_hash, code = excluded.code, message = excluded.message,
    problems = excluded.problems, fetch_number = excluded.fetch_number, last_seen_at = now(), occurrences = quarantine.occurrences + 1`;

/** Resolves what the rows of the temporary table `incoming` have brought in good form. */
export async function resolveQuarantine(client: pg.PoolClient, streamId: string): Promise<void> {
  await client.query(
    `update quarantine q set resolved_at = now() from incoming i
     where q.stream_id = $1 and q.resolved_at is null and q.remote_id = i.remote_id and q.fetch_number < i.fetch_number`,
    [streamId],
  );
}

/** Resolves what the source no longer has. */
export async function resolveGone(
  client: pg.PoolClient,
  streamId: string,
  remoteIds: readonly string[],
): Promise<void> {
  await client.query(
    'update quarantine set resolved_at = now() where stream_id = $1 and resolved_at is null and remote_id = any($2)',
    [streamId, remoteIds],
  );
}

/** The remote ids of a stream's open quarantine, oldest first; those without an id can only be read again by a sync. */
export async function openQuarantineIds(
  database: Database,
  streamId: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await stored(
    database.query
      .selectFrom('quarantine')
      .select('remote_id')
      .where('stream_id', '=', streamId)
      .where('resolved_at', 'is', null)
      .where('remote_id', 'is not', null)
      .orderBy('first_seen_at')
      .limit(limit)
      .execute(),
  );
  return rows.flatMap(({ remote_id }) => (remote_id === null ? [] : [remote_id]));
}
