import { type Entity, entities, isEntity } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { listStreams, type StreamRow } from '../../store/streams.ts';

/**
 * The streams of a connection: all of them, or the one of `entity`. Throws `invalid_request` naming the entities that
 * there are, and `invalid_state` while the connection has no streams.
 */
export async function chooseStreams(
  database: Database,
  connection: ConnectionRow,
  entity: string | undefined,
): Promise<StreamRow[]> {
  if (entity !== undefined) requireEntity(entity);
  const streams = await listStreams(database, connection.id);
  if (streams.length === 0) {
    throw new FlowsError(
      'invalid_state',
      `The connection "${connection.name}" has nothing to sync yet: it is ${connection.lifecycle}. See "flows status ${connection.name}".`,
    );
  }
  streams.sort((left, right) => entities.indexOf(left.entity) - entities.indexOf(right.entity));
  if (entity === undefined) return streams;
  const chosen = streams.filter((stream) => stream.entity === entity);
  if (chosen.length > 0) return chosen;
  const known = streams.map((stream) => stream.entity).join(', ');
  throw new FlowsError(
    'invalid_request',
    `The connection "${connection.name}" does not sync ${entity}. It has: ${known}.`,
  );
}

/** A text as an entity. Throws `invalid_request` naming the entities. */
export function requireEntity(text: string): Entity {
  if (isEntity(text)) return text;
  throw new FlowsError('invalid_request', `There is no entity "${text}". Use one of: ${entities.join(', ')}.`);
}
