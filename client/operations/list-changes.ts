import { z } from 'zod';
import { entities, type Entity } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { type FeedPosition, readChanges } from '../../store/changes.ts';
import { readConnection } from '../../store/connections.ts';
import { requireEntity } from './choose-streams.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageLimit } from './page-limit.ts';
import { type RecordView, toRecordViews } from './record-view.ts';
import type { Services } from './services.ts';

export interface ListChangesRequest {
  /** Id or name. */
  readonly connection: string;
  /** Absent means every entity. */
  readonly entity?: string;
  /** `cursor` of the answer before; absent starts with everything that is stored. */
  readonly cursor?: string;
  readonly limit?: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface ChangesAnswer {
  readonly changes: readonly (RecordView & { readonly deleted: boolean })[];
  /** Always given: keep it, and ask again with it for what changed since. */
  readonly cursor: string;
  readonly has_more: boolean;
}

/** How long tombstones are kept, and so how old a cursor may be that misses none. */
const cursorAgeMsMax = 90 * 86_400_000;

const place = z.object({ lineage: z.string(), position: z.record(z.string(), z.number().int()), atMs: z.number() });

/**
 * The newest state of each record that changed after a cursor, tombstones included. Versions in between may be folded.
 * Throws `cursor_expired` for a cursor older than 90 days, `not_found`, `invalid_request`.
 */
export async function listChanges(
  { database }: Pick<Services, 'database'>,
  request: ListChangesRequest,
): Promise<ChangesAnswer> {
  const limit = pageLimit(request.limit);
  const wanted: readonly Entity[] = request.entity === undefined ? entities : [requireEntity(request.entity)];
  const { lineage_id: lineageId } = await readConnection(database, request.connection);
  const position = request.cursor === undefined ? {} : positionOf(request.cursor, { lineageId, nowMs: request.nowMs });
  const page = await readChanges(database, { lineageId, entities: wanted, position, limit });
  const views = await toRecordViews(database, page.changes);
  return {
    changes: views.map((view) => ({ ...view, deleted: view.deleted_at !== null })),
    cursor: encodeCursor('changes', { lineage: lineageId, position: page.position, atMs: request.nowMs }),
    has_more: page.hasMore,
  };
}

function positionOf(cursor: string, reader: { lineageId: string; nowMs: number }): FeedPosition {
  const { lineage, position, atMs } = decodeCursor('changes', cursor, place);
  if (lineage !== reader.lineageId) {
    throw new FlowsError(
      'invalid_request',
      'The cursor continues the changes of another connection. Start without a cursor.',
    );
  }
  if (reader.nowMs - atMs > cursorAgeMsMax) {
    throw new FlowsError(
      'cursor_expired',
      'The cursor is older than 90 days: deletes that came after it are no longer known. Start without a cursor, and drop what the feed no longer has.',
    );
  }
  return position;
}
