import type { Entity } from '../model/entities/registry.ts';
import type { Database } from './database.ts';
import { listRecords, type RecordRow } from './records.ts';

/** The last sequence number that a reader has seen, per entity; 0 where an entity is absent. */
export type FeedPosition = Readonly<Partial<Record<Entity, number>>>;

export interface ChangesQuery {
  readonly lineageId: string;
  readonly entities: readonly Entity[];
  readonly position: FeedPosition;
  readonly limit: number;
}

export interface ChangesPage {
  readonly changes: readonly RecordRow[];
  readonly position: FeedPosition;
  readonly hasMore: boolean;
}

/**
 * The newest state of every record that changed after a position, tombstones included, at most `limit`. A sequence number
 * is given under the stream's lock, so none becomes visible after a higher one of the same entity: no reader misses a record.
 */
export async function readChanges(database: Database, options: ChangesQuery): Promise<ChangesPage> {
  const { lineageId, entities, limit } = options;
  const changes: RecordRow[] = [];
  const position: Partial<Record<Entity, number>> = { ...options.position };
  for (const entity of entities) {
    const room = limit - changes.length;
    // One more than fits, so that the answer knows whether there are more.
    const afterSequence = position[entity] ?? 0;
    const rows = await listRecords(database, {
      lineageId,
      entity,
      afterSequence,
      includeDeleted: true,
      limit: room + 1,
    });
    const page = rows.slice(0, room);
    changes.push(...page);
    const last = page.at(-1);
    if (last) position[entity] = last.sequence;
    if (rows.length > room) return { changes, position, hasMore: true };
  }
  return { changes, position, hasMore: false };
}
