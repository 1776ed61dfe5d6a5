import type { ConnectionRow } from './connections.ts';
import { type Database, stored } from './database.ts';
import type { StreamRow } from './streams.ts';

/** When a stream is synced: every so often, or as a cron text says in a time zone. */
export type StreamSchedule = { readonly intervalMs: number } | { readonly cron: string; readonly timeZone: string };

/** Pauses or resumes streams, whether or not their connection is paused. */
export async function pauseStreams(database: Database, streamIds: readonly string[], paused: boolean): Promise<void> {
  if (streamIds.length === 0) return;
  await stored(
    database.query
      .updateTable('stream')
      .set({ paused })
      .where('id', 'in', [...streamIds])
      .execute(),
  );
}

/** Writes when a stream is to be synced; the schedule in Temporal follows from this row. */
export async function saveStreamSchedule(
  database: Database,
  streamId: string,
  schedule: StreamSchedule,
): Promise<void> {
  const values =
    'cron' in schedule
      ? { interval_ms: null, cron: schedule.cron, time_zone: schedule.timeZone }
      : { interval_ms: schedule.intervalMs, cron: null, time_zone: null };
  await stored(database.query.updateTable('stream').set(values).where('id', '=', streamId).execute());
}

/** The schedule of a stream as Temporal should have it: paused when the stream, its connection or its life says so. */
export function scheduleOf(connection: ConnectionRow, stream: StreamRow) {
  return {
    connectionId: connection.id,
    streamId: stream.id,
    entity: stream.entity,
    system: connection.system,
    intervalMs: stream.interval_ms,
    cron: stream.cron,
    timeZone: stream.time_zone,
    paused: stream.paused || connection.paused || connection.lifecycle !== 'active',
  };
}
