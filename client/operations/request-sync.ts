import type { TemporalEngine } from '../../engine/engine.ts';
import { connectionStatus } from '../../model/connection-status.ts';
import type { Entity } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { SyncMode } from '../../model/sync.ts';
import { type ConnectionRow, readConnection } from '../../store/connections.ts';
import { requestSync as storeRequest } from '../../store/requests.ts';
import type { StreamRow } from '../../store/streams.ts';
import { chooseStreams } from './choose-streams.ts';
import type { Services } from './services.ts';

export interface SyncRequest {
  /** Id or name. */
  readonly connection: string;
  /** Absent means every stream of the connection that is not paused. */
  readonly entity?: string;
  readonly mode: SyncMode;
  /** Lets the run delete more records than the fuse allows. */
  readonly allowDeletes: boolean;
}

/** One stream's request: follow it by `request_id`. */
export interface RequestedSync {
  readonly entity: Entity;
  readonly stream_id: string;
  readonly request_id: string;
  readonly mode: SyncMode;
  /** Why no run was started. The request stays, and the stream's next run takes it. */
  readonly not_started: string | null;
}

/**
 * Asks for a sync of one or all streams of a connection. Asking again before a run has started joins the request.
 * @throws FlowsError `not_found`, `invalid_request` naming the entities, `invalid_state` when it is paused or removed.
 */
export async function requestSync(services: Services, request: SyncRequest): Promise<readonly RequestedSync[]> {
  const { database } = services;
  const connection = await readConnection(database, request.connection);
  refuseInactive(connection);
  const chosen = await chooseStreams(database, connection, request.entity);
  const streams = chosen.filter((stream) => !stream.paused);
  if (streams.length === 0) {
    throw new FlowsError(
      'invalid_state',
      `${request.entity ?? 'Every stream'} of "${connection.name}" is paused. Resume first: flows schedules resume ${connection.name}${request.entity ? ` ${request.entity}` : ''}`,
    );
  }
  const requested: RequestedSync[] = [];
  for (const stream of streams) requested.push(await requestStream(services, { connection, stream, request }));
  return requested;
}

function refuseInactive(connection: ConnectionRow): void {
  const { name } = connection;
  const status = connectionStatus(connection);
  if (status === 'paused')
    throw new FlowsError(
      'invalid_state',
      `The connection "${name}" is paused. Resume it first: flows connections resume ${name}`,
    );
  if (connection.lifecycle === 'active') return;
  const next = {
    connecting: `Wait until it is active: flows status ${name}`,
    failed: `Connect again under the same name: flows connect ${connection.system} --name ${name}`,
    disconnecting: 'Nothing is synced any more.',
    disconnected: 'Nothing is synced any more: make a new connection.',
  }[connection.lifecycle];
  throw new FlowsError('invalid_state', `The connection "${name}" is ${connection.lifecycle}. ${next}`);
}

interface StreamRequest {
  readonly connection: ConnectionRow;
  readonly stream: StreamRow;
  readonly request: SyncRequest;
}

async function requestStream(
  { database, engine }: Services,
  { connection, stream, request }: StreamRequest,
): Promise<RequestedSync> {
  const { mode, allowDeletes } = request;
  const { id: streamId, entity } = stream;
  const row = await storeRequest(database, { streamId, mode, origin: 'manual', allowDeletes });
  const not_started = await start(engine, {
    connectionId: connection.id,
    streamId,
    entity,
    system: connection.system,
    mode: row.mode,
    requestId: row.id,
  });
  return { entity, stream_id: streamId, request_id: row.id, mode: row.mode, not_started };
}

async function start(
  engine: TemporalEngine,
  stream: Parameters<TemporalEngine['startSync']>[0],
): Promise<string | null> {
  try {
    await engine.startSync(stream);
    return null;
  } catch (error) {
    if (error instanceof FlowsError && (error.code === 'engine_unavailable' || error.code === 'not_found')) {
      return `${error.message} The request is kept, and the next run of the stream takes it.`;
    }
    throw error;
  }
}
