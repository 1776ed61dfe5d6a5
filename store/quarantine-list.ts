import type { Selectable } from 'kysely';
import type { Entity } from '../model/entities/registry.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';

/** A record in the quarantine with the entity that it should have become. */
export type QuarantineRow = Selectable<Schema['quarantine']> & { readonly entity: Entity };

export interface QuarantineQuery {
  readonly connectionId: string;
  readonly entity?: Entity;
  readonly includeResolved: boolean;
  /** Only what was set aside earlier than the row with this id. */
  readonly beforeId?: string;
  readonly limit: number;
}

/** What the quarantine of a connection holds, newest first. */
export function listQuarantine(database: Database, options: QuarantineQuery): Promise<QuarantineRow[]> {
  const { connectionId, entity, includeResolved, beforeId, limit } = options;
  return stored(
    database.query
      .selectFrom('quarantine')
      .innerJoin('stream', 'stream.id', 'quarantine.stream_id')
      .selectAll('quarantine')
      .select('stream.entity')
      .where('stream.connection_id', '=', connectionId)
      .$if(entity !== undefined, (query) => query.where('stream.entity', '=', entity ?? 'item'))
      .$if(!includeResolved, (query) => query.where('quarantine.resolved_at', 'is', null))
      .$if(beforeId !== undefined, (query) => query.where('quarantine.id', '<', beforeId ?? ''))
      .orderBy('quarantine.id', 'desc')
      .limit(limit)
      .execute(),
  );
}
