import { z } from 'zod';
import type { Entity } from '../../model/entities/registry.ts';
import type { Problem } from '../../model/errors/flows-error.ts';
import type { Json } from '../../model/json.ts';
import { readConnection } from '../../store/connections.ts';
import { listQuarantine as storedQuarantine, type QuarantineRow } from '../../store/quarantine-list.ts';
import { requireEntity } from './choose-streams.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageLimit } from './page-limit.ts';
import type { Services } from './services.ts';

export interface ListQuarantineRequest {
  /** Id or name. */
  readonly connection: string;
  readonly entity?: string;
  readonly includeResolved?: boolean;
  readonly includeRaw?: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

/** A remote record that could not be taken in, and why. */
export interface QuarantinedView {
  readonly id: string;
  readonly entity: Entity;
  /** Null when it has no id that can be read. */
  readonly remote_id: string | null;
  readonly code: string;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly occurrences: number;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  readonly resolved_at: string | null;
  readonly raw?: Json;
}

export interface QuarantinePage {
  readonly quarantined: readonly QuarantinedView[];
  readonly next_cursor: string | null;
}

const place = z.object({ id: z.string() });

/** A page of what could not be taken in, newest first; what was taken in later only when asked for. */
export async function listQuarantine(
  { database }: Pick<Services, 'database'>,
  request: ListQuarantineRequest,
): Promise<QuarantinePage> {
  const limit = pageLimit(request.limit);
  const connection = await readConnection(database, request.connection);
  const rows = await storedQuarantine(database, {
    connectionId: connection.id,
    ...(request.entity !== undefined && { entity: requireEntity(request.entity) }),
    includeResolved: request.includeResolved ?? false,
    ...(request.cursor !== undefined && { beforeId: decodeCursor('quarantine', request.cursor, place).id }),
    limit: limit + 1,
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    quarantined: page.map((row) => toView(row, request.includeRaw ?? false)),
    next_cursor: rows.length > limit && last ? encodeCursor('quarantine', { id: last.id }) : null,
  };
}

function toView(row: QuarantineRow, includeRaw: boolean): QuarantinedView {
  const { id, entity, remote_id, code, message, problems, occurrences, first_seen_at, last_seen_at, resolved_at, raw } =
    row;
  const view = {
    id,
    entity,
    remote_id,
    code,
    message,
    problems,
    occurrences,
    first_seen_at,
    last_seen_at,
    resolved_at,
  };
  return includeRaw ? { ...view, raw } : view;
}
