import { readConnection } from '../store/connections.ts';
import { scheduleOf } from '../store/stream-schedule.ts';
import { listStreams } from '../store/streams.ts';
import type { Dependencies } from './dependencies.ts';
import type { ExecutionRef } from './execution-ref.ts';

/** Makes the schedule of each stream of a connection, or brings it in line with the stream's row. */
export async function ensureSchedules(
  { database, engine }: Dependencies,
  { connectionId }: { readonly execution: ExecutionRef; readonly connectionId: string },
): Promise<void> {
  const connection = await readConnection(database, connectionId);
  for (const stream of await listStreams(database, connectionId)) {
    await engine.ensureSchedule(scheduleOf(connection, stream));
  }
}
