import type { Entity } from '../../model/entities/registry.ts';
import { listConnections, readConnection } from '../../store/connections.ts';
import { listStreams } from '../../store/streams.ts';
import { readNextRuns } from './next-runs.ts';
import type { Services } from './services.ts';

export interface ScheduleView {
  readonly connection: string;
  readonly entity: Entity;
  readonly interval_ms: number | null;
  readonly cron: string | null;
  readonly time_zone: string | null;
  /** The stream itself, or its whole connection. */
  readonly paused: 'no' | 'stream' | 'connection';
  readonly next_run_at: string | null;
}

/** The schedules of one connection or of all. Throws `engine_unavailable`. */
export async function listSchedules(
  { database, engine }: Services,
  options: { connection?: string },
): Promise<readonly ScheduleView[]> {
  const connections =
    options.connection === undefined
      ? await listConnections(database, { includeRemoved: false })
      : [await readConnection(database, options.connection)];
  const views: ScheduleView[] = [];
  for (const connection of connections) {
    const streams = await listStreams(database, connection.id);
    const nextRuns = await readNextRuns(engine, streams);
    for (const { id, entity, interval_ms, cron, time_zone, paused } of streams) {
      views.push({
        connection: connection.name,
        entity,
        interval_ms,
        cron,
        time_zone,
        paused: connection.paused ? 'connection' : paused ? 'stream' : 'no',
        next_run_at: nextRuns.get(id) ?? null,
      });
    }
  }
  return views;
}
