import { readConnection } from '../../store/connections.ts';
import { pendingRequest } from '../../store/requests.ts';
import { readStream } from '../../store/streams.ts';
import type { Dependencies } from '../dependencies.ts';

/** After a run: starts one for the request that came in meanwhile, so that exactly one run follows. */
export async function startPending({ database, engine }: Dependencies, streamId: string): Promise<void> {
  const request = await pendingRequest(database, streamId);
  if (!request) return;
  const { connection_id: connectionId, entity } = await readStream(database, streamId);
  const { system } = await readConnection(database, connectionId);
  await engine.startSync({ connectionId, streamId, entity, system, mode: request.mode, requestId: request.id });
}
