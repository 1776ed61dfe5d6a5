import { connectorFor } from '../../connectors/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { type ConnectionRow, insertConnection, listConnections, removeConnection } from '../../store/connections.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import type { SecretBox, Services } from './services.ts';
import { validateConnection } from './validate-connection.ts';

export interface ConnectRequest {
  readonly system: string;
  readonly name: string;
  readonly settings: object;
  readonly credentials: object;
  /** How far back documents are taken in; 1 to 3,650. */
  readonly windowDays: number;
  readonly environment: 'live' | 'test';
}

const windowDaysMax = 3_650;
const nameLengthMax = 100;

/**
 * Makes a connection and starts its `connect` workflow, which logs in, finds out what there is and starts the first syncs:
 * follow it with `followConnect`. A connection of that name which never came about is replaced. When the engine does not
 * take the start, nothing is kept.
 * @throws FlowsError `validation_failed` with all problems, `invalid_request`, `duplicate`, `engine_unavailable`.
 */
export async function connect(
  services: Services & { secretBox: SecretBox },
  request: ConnectRequest,
): Promise<ConnectionView> {
  const { database, engine, secretBox } = services;
  const connector = connectorFor(request.system);
  checkNameAndWindow(request);
  const { settings, credentials } = validateConnection(connector, request);
  await removeFailedForerunner(services, request.name);
  const row = await insertConnection(database, {
    system: connector.system,
    name: request.name,
    settings,
    windowDays: request.windowDays,
    environment: request.environment,
    sealCredentials: (connectionId) => secretBox.seal(credentials, connectionId),
  });
  try {
    await engine.startConnect({ connectionId: row.id, system: row.system });
  } catch (error) {
    await removeConnection(database, row.id);
    throw error;
  }
  return toConnectionView(row);
}

function checkNameAndWindow({ name, windowDays }: ConnectRequest): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(name) || name.length > nameLengthMax || name.startsWith('conn_')) {
    throw new FlowsError(
      'invalid_request',
      `"${name}" cannot be a connection's name: use 1 to ${nameLengthMax} letters, digits, spaces, dots, dashes and underscores, starting with a letter or digit, and not with "conn_".`,
    );
  }
  if (!Number.isInteger(windowDays) || windowDays < 1 || windowDays > windowDaysMax) {
    throw new FlowsError('invalid_request', `The window is 1 to ${windowDaysMax} whole days, not ${windowDays}.`);
  }
}

async function removeFailedForerunner({ database }: Pick<Services, 'database'>, name: string): Promise<void> {
  const forerunner = (await listConnections(database, { includeRemoved: false })).find((row) => row.name === name);
  if (forerunner && neverWasActive(forerunner)) await removeConnection(database, forerunner.id);
}

function neverWasActive(row: ConnectionRow): boolean {
  return row.lifecycle === 'failed' && row.fingerprint === null;
}
