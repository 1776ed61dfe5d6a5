import type { Selectable } from 'kysely';
import type { Entity } from '../model/entities/registry.ts';
import { type ErrorSummary, FlowsError } from '../model/errors/flows-error.ts';
import { newId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';
import { type Database, inTransaction, stored } from './database.ts';
import type { Schema } from './schema.ts';

export type ConnectionRow = Selectable<Schema['connection']>;

export interface NewConnection {
  readonly system: string;
  readonly name: string;
  readonly settings: object;
  readonly windowDays: number;
  /** Seals the credentials for the id that the connection gets. */
  readonly sealCredentials: (connectionId: string) => JsonObject;
  readonly environment: 'live' | 'test';
}

/** Adds a connection that is not yet tested. Throws `duplicate` when the name is taken. */
export async function insertConnection(database: Database, connection: NewConnection): Promise<ConnectionRow> {
  const id = newId('connection');
  const row = await stored(
    database.query
      .insertInto('connection')
      .values({
        id,
        lineage_id: newId('lineage'),
        system: connection.system,
        name: connection.name,
        environment: connection.environment,
        lifecycle: 'connecting',
        settings: JSON.stringify(connection.settings),
        credentials: JSON.stringify(connection.sealCredentials(id)),
        window_days: connection.windowDays,
      })
      .onConflict((conflict) => conflict.column('name').where('lifecycle', '<>', 'disconnected').doNothing())
      .returningAll()
      .executeTakeFirst(),
  );
  if (row) return row;
  throw new FlowsError(
    'duplicate',
    `There is already a connection named "${connection.name}". Choose another name, or remove that one first.`,
  );
}

/** A connection by its id or its name. Throws `not_found`. */
export async function readConnection(database: Database, idOrName: string): Promise<ConnectionRow> {
  const row = await stored(
    database.query
      .selectFrom('connection')
      .selectAll()
      .where(({ or, eb, and }) =>
        or([eb('id', '=', idOrName), and([eb('name', '=', idOrName), eb('lifecycle', '<>', 'disconnected')])]),
      )
      .executeTakeFirst(),
  );
  if (row) return row;
  throw new FlowsError('not_found', `There is no connection "${idOrName}". See "flows connections list".`);
}

/** All connections, newest first; those that were removed only when asked for. */
export function listConnections(database: Database, options: { includeRemoved: boolean }): Promise<ConnectionRow[]> {
  return stored(
    database.query
      .selectFrom('connection')
      .selectAll()
      .$if(!options.includeRemoved, (query) => query.where('lifecycle', '<>', 'disconnected'))
      .orderBy('created_at', 'desc')
      .execute(),
  );
}

/** What a successful check found. */
export interface CheckedConnection {
  readonly fingerprint: string;
  readonly systemVersion: string;
  readonly profile: JsonObject;
  readonly entities: readonly Entity[];
  /** Between two incremental syncs of a stream. */
  readonly intervalMs: number;
}

/**
 * Makes a checked connection active and adds the streams that it lacks. Refuses another account than the one that the
 * connection had, so that nothing of it is mixed in.
 */
export function activateConnection(
  database: Database,
  connectionId: string,
  checked: CheckedConnection,
): Promise<void> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<Pick<ConnectionRow, 'fingerprint' | 'lineage_id' | 'lifecycle'>>(
      'select fingerprint, lineage_id, lifecycle from connection where id = $1 for update',
      [connectionId],
    );
    const connection = rows[0];
    if (!connection) throw new FlowsError('not_found', `There is no connection ${connectionId}.`);
    if (connection.fingerprint !== null && connection.fingerprint !== checked.fingerprint) {
      throw new FlowsError(
        'configuration_invalid',
        'The credentials belong to another account than the one that this connection was made for. Make a new connection for it.',
      );
    }
    if (connection.lifecycle !== 'connecting' && connection.lifecycle !== 'active') {
      throw new FlowsError('invalid_state', `The connection is ${connection.lifecycle}: it cannot become active.`);
    }
    await client.query(
      `update connection set lifecycle = 'active', reach = 'reached', auth = 'valid', fingerprint = $2, system_version = $3,
         profile = $4, last_error = null, updated_at = now() where id = $1`,
      [connectionId, checked.fingerprint, checked.systemVersion, JSON.stringify(checked.profile)],
    );
    for (const entity of checked.entities) {
      await client.query(
        `insert into stream (id, connection_id, lineage_id, entity, interval_ms) values ($1, $2, $3, $4, $5)
         on conflict (connection_id, entity) do nothing`,
        [newId('stream'), connectionId, connection.lineage_id, entity, checked.intervalMs],
      );
    }
  });
}

/** Marks a connection whose first check failed. */
export async function failConnection(database: Database, connectionId: string, error: ErrorSummary): Promise<void> {
  await stored(
    database.query
      .updateTable('connection')
      .set({ lifecycle: 'failed', last_error: JSON.stringify(error), updated_at: new Date().toISOString() })
      .where('id', '=', connectionId)
      .where('lifecycle', '=', 'connecting')
      .execute(),
  );
}

/** Pauses or resumes all of a connection; an own fact that nothing else changes. */
export async function pauseConnection(database: Database, connectionId: string, paused: boolean): Promise<void> {
  await stored(
    database.query
      .updateTable('connection')
      .set({ paused, updated_at: new Date().toISOString() })
      .where('id', '=', connectionId)
      .execute(),
  );
}

/** Ends a connection: its credentials are wiped, its streams' claims are fenced, its records stay. */
export function removeConnection(database: Database, connectionId: string): Promise<void> {
  return inTransaction(database, async (client) => {
    await client.query(
      `update connection set lifecycle = 'disconnected', credentials = null, updated_at = now() where id = $1`,
      [connectionId],
    );
    await client.query('update stream set epoch = epoch + 1, paused = true where connection_id = $1', [connectionId]);
  });
}
