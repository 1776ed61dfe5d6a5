import { entities, type Entity } from '../../model/entities/registry.ts';
import { type ErrorSummary, FlowsError } from '../../model/errors/flows-error.ts';
import type { RunState, SyncCounts } from '../../model/sync.ts';
import { readConnection } from '../../store/connections.ts';
import { listStreams, type StreamRow } from '../../store/streams.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import { type FollowOptions, poll } from './poll.ts';
import type { Services } from './services.ts';

/** How far the first sync of an entity is. */
export interface InitialSyncProgress {
  readonly entity: Entity;
  /** Null before it starts. */
  readonly state: RunState | null;
  readonly counts: Partial<SyncCounts>;
  readonly error: ErrorSummary | null;
}

/** Follows a connection until it is active. Throws the error for which connecting failed. */
export async function followConnect(
  { database }: Pick<Services, 'database'>,
  connectionId: string,
  options: FollowOptions,
): Promise<ConnectionView> {
  const row = await poll(async () => {
    const connection = await readConnection(database, connectionId);
    return connection.lifecycle === 'connecting' ? undefined : connection;
  }, options);
  if (row.lifecycle === 'active') return toConnectionView(row);
  const { code, message, upstream } = row.last_error ?? {
    code: 'invalid_state',
    message: `The connection "${row.name}" is ${row.lifecycle}.`,
  };
  throw new FlowsError(code, message, upstream ? { upstream } : {});
}

/** Follows the first syncs of an active connection until each has ended, well or not. */
export function followInitialSyncs(
  { database }: Pick<Services, 'database'>,
  connectionId: string,
  options: FollowOptions & { onProgress?: (progress: readonly InitialSyncProgress[]) => void },
): Promise<readonly InitialSyncProgress[]> {
  return poll(async () => {
    const progress = (await listStreams(database, connectionId)).map(toProgress);
    progress.sort((left, right) => entities.indexOf(left.entity) - entities.indexOf(right.entity));
    options.onProgress?.(progress);
    return progress.every(({ state }) => state !== null && state !== 'running') ? progress : undefined;
  }, options);
}

function toProgress({ entity, run_state, run_counts, run_error }: StreamRow): InitialSyncProgress {
  return { entity, state: run_state, counts: run_counts, error: run_error };
}
