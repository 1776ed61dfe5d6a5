import type { Entity } from '../../model/entities/registry.ts';
import type { ErrorSummary } from '../../model/errors/flows-error.ts';
import type { SyncCounts } from '../../model/sync.ts';
import type { Database } from '../../store/database.ts';
import { findExecution } from '../../store/execution-list.ts';
import { readRequest, type SyncRequestRow } from '../../store/requests.ts';
import { readStream } from '../../store/streams.ts';
import { type FollowOptions, poll } from './poll.ts';
import type { Services } from './services.ts';

/** How far a requested sync is. */
export interface RequestProgress {
  readonly entity: Entity;
  readonly request_id: string;
  /** `interrupted`: its execution ended and left the run unfinished, to be continued by the next one. */
  readonly state: SyncRequestRow['state'] | 'interrupted';
  readonly execution_id: string | null;
  /** Of the run; empty before it starts. */
  readonly counts: Partial<SyncCounts>;
  readonly error: ErrorSummary | null;
}

/** Follows requested syncs until each has ended, well or not. */
export function followRequests(
  { database }: Pick<Services, 'database'>,
  requests: readonly { readonly request_id: string }[],
  options: FollowOptions & { onProgress?: (progress: readonly RequestProgress[]) => void },
): Promise<readonly RequestProgress[]> {
  return poll(async () => {
    const progress = await Promise.all(requests.map(({ request_id }) => readProgress(database, request_id)));
    options.onProgress?.(progress);
    return progress.every(({ state }) => state !== 'pending' && state !== 'taken') ? progress : undefined;
  }, options);
}

async function readProgress(database: Database, requestId: string): Promise<RequestProgress> {
  // The execution is read before the request: a run closes both at once, so an open request with an ended execution is left over.
  const before = await readRequest(database, requestId);
  const execution = before.execution_id === null ? null : await findExecution(database, before.execution_id);
  const stream = await readStream(database, before.stream_id);
  const request = await readRequest(database, requestId);
  const isOwnRun = request.execution_id !== null && stream.run_execution_id === request.execution_id;
  const isLeft = request.state === 'taken' && execution !== null && execution.state !== 'running';
  const counts = isOwnRun ? stream.run_counts : ((execution?.counts ?? {}) as Partial<SyncCounts>);
  return {
    entity: stream.entity,
    request_id: request.id,
    state: isLeft ? 'interrupted' : request.state,
    execution_id: request.execution_id,
    counts,
    error: request.error ?? (isLeft ? execution.error : null),
  };
}
