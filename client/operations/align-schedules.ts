import { FlowsError } from '../../model/errors/flows-error.ts';
import { readConnection } from '../../store/connections.ts';
import { scheduleOf } from '../../store/stream-schedule.ts';
import { listStreams } from '../../store/streams.ts';
import type { Services } from './services.ts';

/**
 * Brings the schedules of a connection in line with its rows, which hold the truth. Throws `engine_unavailable` saying
 * that what was asked is stored and how to bring it to Temporal.
 */
export async function alignSchedules({ database, engine }: Services, connectionId: string): Promise<void> {
  const connection = await readConnection(database, connectionId);
  try {
    for (const stream of await listStreams(database, connectionId))
      await engine.ensureSchedule(scheduleOf(connection, stream));
  } catch (error) {
    if (!(error instanceof FlowsError) || error.code !== 'engine_unavailable') throw error;
    throw new FlowsError(
      'engine_unavailable',
      `It is stored, but Temporal's schedules do not follow yet: ${error.message} Then give the same command again.`,
      { cause: error },
    );
  }
}
