import { z } from 'zod';
import type { ExecutionState } from '../../model/sync.ts';
import { readConnection } from '../../store/connections.ts';
import { listExecutions as storedExecutions } from '../../store/execution-list.ts';
import type { ExecutionRow } from '../../store/executions.ts';
import { requireEntity } from './choose-streams.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { pageLimit } from './page-limit.ts';
import type { Services } from './services.ts';

export interface ListExecutionsRequest {
  /** Id or name. */
  readonly connection?: string;
  readonly entity?: string;
  readonly state?: ExecutionState;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface ExecutionsPage {
  readonly executions: readonly ExecutionRow[];
  readonly next_cursor: string | null;
}

const place = z.object({ startedAt: z.string(), id: z.string() });

/** A page of executions, newest first. */
export async function listExecutions(
  { database }: Pick<Services, 'database'>,
  request: ListExecutionsRequest,
): Promise<ExecutionsPage> {
  const limit = pageLimit(request.limit);
  const connection = request.connection === undefined ? null : await readConnection(database, request.connection);
  const rows = await storedExecutions(database, {
    ...(connection && { connectionId: connection.id }),
    ...(request.entity !== undefined && { entity: requireEntity(request.entity) }),
    ...(request.state !== undefined && { state: request.state }),
    ...(request.cursor !== undefined && { after: decodeCursor('executions', request.cursor, place) }),
    limit: limit + 1,
  });
  const executions = rows.slice(0, limit);
  const last = executions.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return {
    executions,
    next_cursor: hasMore ? encodeCursor('executions', { startedAt: last.started_at, id: last.id }) : null,
  };
}
