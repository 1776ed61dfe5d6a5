import type { ScheduleOptions } from '@temporalio/client';
import { hash } from 'node:crypto';
import { FlowsError } from '../model/errors/flows-error.ts';

type Spec = ScheduleOptions['spec'];

/**
 * When a stream's schedule fires. Intervals are spread over their length by the stream's id, stably, so that a thousand
 * connections on the same interval do not all start at once.
 */
export function scheduleSpec(stream: {
  streamId: string;
  intervalMs: number | null;
  cron: string | null;
  timeZone: string | null;
}): Spec {
  if (stream.cron !== null) {
    return { cronExpressions: [stream.cron], timezone: stream.timeZone ?? 'UTC' };
  }
  if (stream.intervalMs === null) {
    throw new FlowsError(
      'configuration_invalid',
      `The stream ${stream.streamId} has neither an interval nor a cron text.`,
    );
  }
  return { intervals: [{ every: stream.intervalMs, offset: spreadOf(stream.streamId, stream.intervalMs) }] };
}

/** A stable place in `[0, intervalMs)`, in whole seconds. */
export function spreadOf(streamId: string, intervalMs: number): number {
  const seconds = Math.max(1, Math.floor(intervalMs / 1_000));
  const number = Number.parseInt(hash('sha256', streamId, 'hex').slice(0, 12), 16);
  return (number % seconds) * 1_000;
}
