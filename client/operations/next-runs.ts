import type { TemporalEngine } from '../../engine/engine.ts';
import type { Entity } from '../../model/entities/registry.ts';
import { instantFromMs } from '../../model/instants.ts';

/** Schedules that are asked for at a time. */
const concurrencyMax = 16;

/** A stream as its schedule is found by. */
export interface ScheduledStreamKey {
  readonly id: string;
  readonly connection_id: string;
  readonly entity: Entity;
}

/** When Temporal will next run each stream, by stream id; without those that are paused or have no schedule. */
export async function readNextRuns(
  engine: TemporalEngine,
  streams: readonly ScheduledStreamKey[],
): Promise<Map<string, string>> {
  const nextRuns = new Map<string, string>();
  for (let from = 0; from < streams.length; from += concurrencyMax) {
    await Promise.all(
      streams.slice(from, from + concurrencyMax).map(async (stream) => {
        const schedule = await engine.describeSchedule({ connectionId: stream.connection_id, entity: stream.entity });
        const next = schedule?.nextRuns[0];
        if (next && !schedule.paused) nextRuns.set(stream.id, instantFromMs(next.getTime()));
      }),
    );
  }
  return nextRuns;
}
