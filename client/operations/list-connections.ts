import { listConnections as storedConnections } from '../../store/connections.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import type { Services } from './services.ts';

/** All connections, newest first; those that were removed only when asked for. */
export async function listConnections(
  { database }: Pick<Services, 'database'>,
  options: { includeRemoved: boolean },
): Promise<readonly ConnectionView[]> {
  return (await storedConnections(database, options)).map(toConnectionView);
}
