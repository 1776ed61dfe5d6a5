import type { Selectable } from 'kysely';
import { newId } from '../model/ids.ts';
import type { SyncMode } from '../model/sync.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';

export type SyncRequestRow = Selectable<Schema['sync_request']>;

export interface NewSyncRequest {
  readonly streamId: string;
  readonly mode: SyncMode;
  readonly origin: 'manual' | 'webhook' | 'follow_up';
  readonly allowDeletes: boolean;
}

/**
 * Asks for a run of a stream. While a request is pending, asking again joins it (and raises its mode to the wider one),
 * so however often it is asked, one run follows. The asker follows the request's id.
 */
export async function requestSync(database: Database, request: NewSyncRequest): Promise<SyncRequestRow> {
  const { rows } = await stored(
    database.pool.query<SyncRequestRow>(
      `insert into sync_request (id, stream_id, mode, origin, allow_deletes) values ($1, $2, $3, $4, $5)
       on conflict (stream_id) where state = 'pending' do update set
         mode = case when 'full' in (sync_request.mode, excluded.mode) then 'full'
                     when 'reconcile' in (sync_request.mode, excluded.mode) then 'reconcile' else 'incremental' end,
         allow_deletes = sync_request.allow_deletes or excluded.allow_deletes
       returning *`,
      [newId('request'), request.streamId, request.mode, request.origin, request.allowDeletes],
    ),
  );
  return rows[0] as SyncRequestRow;
}

/** A request by its id. */
export function readRequest(database: Database, requestId: string): Promise<SyncRequestRow> {
  return stored(
    database.query.selectFrom('sync_request').selectAll().where('id', '=', requestId).executeTakeFirstOrThrow(),
  );
}

/** The request of a stream that no run has taken yet. */
export async function pendingRequest(database: Database, streamId: string): Promise<SyncRequestRow | null> {
  const row = await stored(
    database.query
      .selectFrom('sync_request')
      .selectAll()
      .where('stream_id', '=', streamId)
      .where('state', '=', 'pending')
      .executeTakeFirst(),
  );
  return row ?? null;
}

/** Requests of running connections that no run has taken since an instant. */
export function listWaitingRequests(database: Database, options: { before: string; limit: number }) {
  return stored(
    database.query
      .selectFrom('sync_request')
      .innerJoin('stream', 'stream.id', 'sync_request.stream_id')
      .innerJoin('connection', 'connection.id', 'stream.connection_id')
      .select([
        'sync_request.id',
        'stream.connection_id',
        'sync_request.stream_id',
        'stream.entity',
        'connection.system',
        'sync_request.mode',
      ])
      .where('sync_request.state', '=', 'pending')
      .where('sync_request.created_at', '<', options.before)
      .where('connection.lifecycle', '=', 'active')
      .where('connection.paused', '=', false)
      .where('stream.paused', '=', false)
      .orderBy('sync_request.created_at')
      .limit(options.limit)
      .execute(),
  );
}
