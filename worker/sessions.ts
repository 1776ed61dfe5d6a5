import type { OpenSession, Sessions } from '../activities/dependencies.ts';
import { connectorFor } from '../connectors/registry.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import type { SealedSecret, SecretBox } from '../platform/secrets/secret-box.ts';
import type { ConnectionRow } from '../store/connections.ts';

/** Sessions beyond this many close the one that was used least recently. */
const sessionsMax = 200;

/**
 * The sessions of a worker process, one per connection, so that a login serves many steps. Credentials are opened here
 * and handed to the connector only. A connection whose row changed since gets a new session.
 */
export function createSessions(secretBox: SecretBox): Sessions & { closeAll(): Promise<void> } {
  const open = new Map<string, OpenSession & { updatedAt: string }>();

  const drop = async (connectionId: string) => {
    const entry = open.get(connectionId);
    open.delete(connectionId);
    await entry?.session.close();
  };

  return {
    async get(connection) {
      const known = open.get(connection.id);
      if (known?.updatedAt === connection.updated_at) {
        // Moved to the end: the map's order is the order of use.
        open.delete(connection.id);
        open.set(connection.id, known);
        return known;
      }
      await drop(connection.id);
      const entry = { ...openSession(connection, secretBox), updatedAt: connection.updated_at };
      open.set(connection.id, entry);
      const [oldest] = open.keys();
      if (open.size > sessionsMax && oldest !== undefined) await drop(oldest);
      return entry;
    },
    drop,
    async closeAll() {
      for (const connectionId of [...open.keys()]) await drop(connectionId);
    },
  };
}

function openSession(connection: ConnectionRow, secretBox: SecretBox): OpenSession {
  const connector = connectorFor(connection.system);
  if (connection.credentials === null) {
    throw new FlowsError(
      'invalid_state',
      `The connection ${connection.id} has no credentials any more: it was removed.`,
    );
  }
  const credentials = secretBox.open(connection.credentials as unknown as SealedSecret, connection.id);
  const settings = connector.settings.parse(connection.settings);
  return { connector, session: connector.open({ settings, credentials, profile: connection.profile }) };
}
