import type { ScheduledStreamRef } from '../../engine/engine.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import type { StreamRow } from '../../store/streams.ts';

/** The schedule of a stream as Temporal should have it: paused when the stream, its connection or its life says so. */
export function toEngineSchedule(connection: ConnectionRow, stream: StreamRow): ScheduledStreamRef {
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
