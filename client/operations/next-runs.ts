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

/**
 * When Temporal will next run each stream, by stream id; without those that are paused or have no schedule. The first is
 * asked for alone: where Temporal does not answer, that is found out once. No question is left open when it throws.
 */
export async function readNextRuns(
  engine: TemporalEngine,
  streams: readonly ScheduledStreamKey[],
): Promise<Map<string, string>> {
  const nextRuns = new Map<string, string>();
  const read = async (stream: ScheduledStreamKey) => {
    const schedule = await engine.describeSchedule({ connectionId: stream.connection_id, entity: stream.entity });
    const next = schedule?.nextRuns[0];
    if (next && !schedule.paused) nextRuns.set(stream.id, instantFromMs(next.getTime()));
  };
  const [first, ...others] = streams;
  if (first) await read(first);
  for (let from = 0; from < others.length; from += concurrencyMax) {
    const answers = await Promise.allSettled(others.slice(from, from + concurrencyMax).map(read));
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
  }
  return nextRuns;
}
