import { FlowsError } from '../../model/errors/flows-error.ts';
import { pauseConnection as storedPause, readConnection } from '../../store/connections.ts';
import { alignSchedules } from './align-schedules.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import type { Services } from './services.ts';

/** Pauses or resumes all of a connection. What is paused stream by stream stays so. A run under way ends at its next step. */
export async function pauseConnection(
  services: Services,
  request: { connection: string; paused: boolean },
): Promise<ConnectionView> {
  const { database } = services;
  const { id, name, lifecycle } = await readConnection(database, request.connection);
  if (lifecycle === 'disconnected' || lifecycle === 'disconnecting') {
    throw new FlowsError(
      'invalid_state',
      `The connection "${name}" is ${lifecycle}: there is nothing to ${request.paused ? 'pause' : 'resume'}.`,
    );
  }
  await storedPause(database, id, request.paused);
  await alignSchedules(services, id);
  return toConnectionView(await readConnection(database, id));
}
