import { Context } from '@temporalio/activity';
import { type Entity, entities } from '../model/entities/registry.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import { activateConnection, readConnection } from '../store/connections.ts';
import { listStreams } from '../store/streams.ts';
import type { Dependencies } from './dependencies.ts';
import type { ExecutionRef } from './execution-ref.ts';

const intervalMsDefault = 15 * 60_000;

export interface CheckConnectionInput {
  readonly execution: ExecutionRef;
  readonly connectionId: string;
}

/**
 * Logs in to a connection's system, tries each entity that the connector has, and makes the connection active with a
 * stream for each that the account may read. Gives the streams in the order in which they should first be synced.
 */
export async function checkConnection(
  { database, sessions }: Dependencies,
  { connectionId }: CheckConnectionInput,
): Promise<{ streams: readonly { streamId: string; entity: Entity }[] }> {
  const connection = await readConnection(database, connectionId);
  await sessions.drop(connectionId);
  const { connector, session } = await sessions.get(connection);
  const check = await session.check(Context.current().cancellationSignal);
  const readable = entities.filter((entity) => check.entities[entity]?.readable);
  if (readable.length === 0) {
    const hints = Object.entries(check.entities).map(([entity, result]) =>
      result.readable ? '' : `${entity}: ${result.message} ${result.hint}`,
    );
    throw new FlowsError(
      'permission_denied',
      `${connector.title} accepted the login, but the account may read nothing. ${hints.join(' ')}`,
    );
  }
  await activateConnection(database, connectionId, { ...check, entities: readable, intervalMs: intervalMsDefault });
  // The profile that was just found is what a session is opened with.
  await sessions.drop(connectionId);
  const streams = await listStreams(database, connectionId);
  const ordered = streams.map(({ id, entity }) => ({ streamId: id, entity }));
  return { streams: ordered.sort((left, right) => entities.indexOf(left.entity) - entities.indexOf(right.entity)) };
}
