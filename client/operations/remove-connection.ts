import { FlowsError } from '../../model/errors/flows-error.ts';
import { readConnection, removeConnection as storedRemove } from '../../store/connections.ts';
import { listExecutions } from '../../store/execution-list.ts';
import { listStreams } from '../../store/streams.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import type { Services } from './services.ts';

/** More executions than one connection can have open: a sync, a full sync and a reconcile per stream, and its own. */
const runningMax = 500;

/**
 * Removes a connection for good: wipes its credentials, fences its runs, deletes its schedules and cancels what runs. Its
 * records stay. Safe to call again, by id, when Temporal did not answer the first time.
 * @throws FlowsError `not_found`; `engine_unavailable` when it is removed but Temporal still has its schedules.
 */
export async function removeConnection(services: Services, request: { connection: string }): Promise<ConnectionView> {
  const { database } = services;
  const { id } = await readConnection(database, request.connection);
  await storedRemove(database, id);
  try {
    await clearEngine(services, id);
  } catch (error) {
    if (!(error instanceof FlowsError) || error.code !== 'engine_unavailable') throw error;
    throw new FlowsError(
      'engine_unavailable',
      `The connection is removed, but Temporal still has its schedules: ${error.message} Then: flows connections remove ${id}`,
      { cause: error },
    );
  }
  return toConnectionView(await readConnection(database, id));
}

async function clearEngine({ database, engine }: Services, connectionId: string): Promise<void> {
  const streams = await listStreams(database, connectionId);
  for (const { entity } of streams) await engine.deleteSchedule({ connectionId, entity });
  const running = await listExecutions(database, { connectionId, state: 'running', limit: runningMax });
  const held = streams.flatMap(({ holder_workflow_id }) => holder_workflow_id ?? []);
  for (const workflowId of new Set([...running.map(({ workflow_id }) => workflow_id), ...held]))
    await engine.cancel(workflowId);
}
