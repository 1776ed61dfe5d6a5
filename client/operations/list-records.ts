import { z } from 'zod';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { toInstant } from '../../model/instants.ts';
import { readConnection } from '../../store/connections.ts';
import { listRecords as storedRecords } from '../../store/records.ts';
import { requireEntity } from './choose-streams.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageLimit } from './page-limit.ts';
import { type RecordView, toRecordViews } from './record-view.ts';
import type { Services } from './services.ts';

export interface ListRecordsRequest {
  /** Id or name. */
  readonly connection: string;
  readonly entity: string;
  /** `next_cursor` of the page before. */
  readonly cursor?: string;
  readonly limit?: number;
  /** ISO 8601; only records that changed in the system at this instant or later. */
  readonly modifiedAfter?: string;
  readonly includeDeleted?: boolean;
}

export interface RecordsPage {
  readonly records: readonly RecordView[];
  /** Null when this page was the last. */
  readonly next_cursor: string | null;
}

const place = z.object({ lineage: z.string(), entity: z.string(), sequence: z.number().int() });

/**
 * A page of an entity's records, in the order of their newest change: whoever reads to the end misses none, and may meet
 * one again that changed meanwhile. Throws `not_found`, `invalid_request`.
 */
export async function listRecords(
  { database }: Pick<Services, 'database'>,
  request: ListRecordsRequest,
): Promise<RecordsPage> {
  const entity = requireEntity(request.entity);
  const limit = pageLimit(request.limit);
  const modifiedAfter = request.modifiedAfter === undefined ? undefined : requireInstant(request.modifiedAfter);
  const { lineage_id: lineageId } = await readConnection(database, request.connection);
  const rows = await storedRecords(database, {
    lineageId,
    entity,
    afterSequence: request.cursor === undefined ? 0 : sequenceOf(request.cursor, { lineageId, entity }),
    ...(modifiedAfter !== undefined && { modifiedAfter }),
    includeDeleted: request.includeDeleted ?? false,
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    records: await toRecordViews(database, page),
    next_cursor: hasMore ? encodeCursor('records', { lineage: lineageId, entity, sequence: last.sequence }) : null,
  };
}

function sequenceOf(cursor: string, list: { lineageId: string; entity: string }): number {
  const { lineage, entity, sequence } = decodeCursor('records', cursor, place);
  if (lineage === list.lineageId && entity === list.entity) return sequence;
  throw new FlowsError(
    'invalid_request',
    `The cursor continues a list of ${entity} of ${lineage === list.lineageId ? 'this' : 'another'} connection. Start without a cursor.`,
  );
}

function requireInstant(text: string): string {
  const instant = toInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (instant !== null) return instant;
  throw new FlowsError(
    'invalid_request',
    `"${text}" is no instant. Give one like 2026-11-01T08:15:00Z, or a day like 2026-11-01.`,
  );
}
