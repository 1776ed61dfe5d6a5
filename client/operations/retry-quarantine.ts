import type { Entity } from '../../model/entities/registry.ts';
import type { SyncCounts } from '../../model/sync.ts';
import { readConnection } from '../../store/connections.ts';
import { readStreamStatuses } from '../../store/statuses.ts';
import { chooseStreams } from './choose-streams.ts';
import type { Services } from './services.ts';

export interface RetryQuarantineRequest {
  /** Id or name. */
  readonly connection: string;
  /** Absent means every entity that has records in the quarantine. */
  readonly entity?: string;
}

export interface RetriedQuarantine {
  readonly entity: Entity;
  /** What came of it: `quarantined` counts those that still cannot be taken in. */
  readonly counts: SyncCounts;
}

/**
 * Fetches quarantined records again and takes in those that can be read now; waits for the end.
 * @throws FlowsError `not_found`, `invalid_request`, `engine_unavailable`, and what the connector met.
 */
export async function retryQuarantine(
  { database, engine }: Services,
  request: RetryQuarantineRequest,
): Promise<readonly RetriedQuarantine[]> {
  const connection = await readConnection(database, request.connection);
  const streams = await chooseStreams(database, connection, request.entity);
  const statuses = await readStreamStatuses(database, [connection.id]);
  const withQuarantined = new Set(statuses.filter((row) => row.quarantined > 0).map((row) => row.id));
  const retried: RetriedQuarantine[] = [];
  for (const { id: streamId, entity } of streams.filter((stream) => withQuarantined.has(stream.id))) {
    const counts = await engine.retryQuarantine({
      connectionId: connection.id,
      streamId,
      entity,
      system: connection.system,
    });
    retried.push({ entity, counts });
  }
  return retried;
}
