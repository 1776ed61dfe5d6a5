import type { ConnectionCheck } from '../../connectors/connector.ts';
import { connectorFor } from '../../connectors/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { readConnection } from '../../store/connections.ts';
import type { SecretBox, Services } from './services.ts';

export interface ConnectionTest {
  readonly connection: string;
  readonly system_version: string;
  /** Whether the account is the one that the connection was made for. */
  readonly is_same_account: boolean;
  readonly entities: ConnectionCheck['entities'];
}

/**
 * Logs in to a connection's system now, with the stored credentials, and tries each entity. Changes nothing.
 * @throws FlowsError what the connector found, and `invalid_state` for a removed connection.
 */
export async function testConnection(
  { database, secretBox }: Pick<Services, 'database'> & { secretBox: SecretBox },
  request: { connection: string; signal: AbortSignal },
): Promise<ConnectionTest> {
  const row = await readConnection(database, request.connection);
  if (row.credentials === null)
    throw new FlowsError('invalid_state', `The connection "${row.name}" is removed and has no credentials any more.`);
  const credentials = secretBox.open(row.credentials, row.id);
  const session = connectorFor(row.system).open({ settings: row.settings, credentials, profile: row.profile });
  try {
    const check = await session.check(request.signal);
    const is_same_account = row.fingerprint === null || row.fingerprint === check.fingerprint;
    return { connection: row.name, system_version: check.systemVersion, is_same_account, entities: check.entities };
  } finally {
    await session.close();
  }
}
