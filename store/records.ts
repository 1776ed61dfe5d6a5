import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type { Entity } from '../model/entities/registry.ts';
import type { Json } from '../model/json.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';

type StoredRecord = Selectable<Schema['record']>;

/** A stored record as readers get it; `raw` only where it was asked for. */
export type RecordRow = Pick<
  StoredRecord,
  | 'id'
  | 'lineage_id'
  | 'entity'
  | 'remote_id'
  | 'data'
  | 'stamp'
  | 'version'
  | 'remote_created_at'
  | 'remote_updated_at'
  | 'sequence'
  | 'origin'
  | 'changed_at'
  | 'deleted_at'
> & { readonly raw?: Json };

/** Which records are read, and how many. */
export interface RecordQuery {
  readonly lineageId: string;
  readonly entity: Entity;
  /** Only records whose newest change has a higher sequence number. */
  readonly afterSequence: number;
  /** Only records that the source changed at this instant or later; where it has no stamps, that we saw changed then. */
  readonly modifiedAfter?: string;
  readonly includeDeleted: boolean;
  readonly limit: number;
}

/**
 * Records of an entity in the order of their newest change. Who pages by `sequence` misses none: a record that changes in
 * between moves to the end and is met again.
 */
export function listRecords(database: Database, options: RecordQuery): Promise<RecordRow[]> {
  const { lineageId, entity, afterSequence, modifiedAfter, includeDeleted, limit } = options;
  return stored(
    database.query
      .selectFrom('record')
      .select(recordColumns)
      .where('lineage_id', '=', lineageId)
      .where('entity', '=', entity)
      .where('sequence', '>', afterSequence)
      .$if(modifiedAfter !== undefined, (query) => query.where(modifiedAt, '>=', modifiedAfter ?? ''))
      .$if(!includeDeleted, (query) => query.where('deleted_at', 'is', null))
      .orderBy('sequence')
      .limit(limit)
      .execute(),
  );
}

/** A record by our id or by its remote id, with its raw form; null where there is none. */
export async function findRecord(
  database: Database,
  key: { lineageId: string; entity: Entity; id: string; recordIdOfRemote: string },
): Promise<RecordRow | null> {
  const row = await stored(
    database.query
      .selectFrom('record')
      .select([...recordColumns, 'raw'])
      .where('id', 'in', [key.id, key.recordIdOfRemote])
      .where('lineage_id', '=', key.lineageId)
      .where('entity', '=', key.entity)
      .executeTakeFirst(),
  );
  return row ?? null;
}

/** What a reference shows of its target. */
export interface RecordName {
  readonly id: string;
  readonly code: string | null;
  readonly name: string | null;
}

/** Code and name of records, by id; deleted ones included, unknown ones left out. A document's code is its number. */
export async function readNames(database: Database, ids: readonly string[]): Promise<ReadonlyMap<string, RecordName>> {
  if (ids.length === 0) return new Map();
  const rows = await stored(
    database.query
      .selectFrom('record')
      .select([
        'id',
        sql<string | null>`coalesce(data ->> 'code', data ->> 'number')`.as('code'),
        sql<string | null>`coalesce(data ->> 'name', data ->> 'title')`.as('name'),
      ])
      .where('id', 'in', [...ids])
      .execute(),
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const modifiedAt = sql<string>`coalesce(remote_updated_at, changed_at)`;

const recordColumns = [
  'id',
  'lineage_id',
  'entity',
  'remote_id',
  'data',
  'stamp',
  'version',
  'remote_created_at',
  'remote_updated_at',
  'sequence',
  'origin',
  'changed_at',
  'deleted_at',
] as const;
