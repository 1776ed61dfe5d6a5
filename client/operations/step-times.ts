import { instantToMs } from '../../model/instants.ts';
import type { JsonObject } from '../../model/json.ts';

/** Where the time of an attempt went, in milliseconds: the parts add up to `run_ms`, and are exclusive. */
export interface StepTimes {
  readonly queue_ms: number;
  readonly run_ms: number;
  readonly source_ms: number;
  readonly transform_ms: number;
  readonly store_ms: number;
  readonly waiting_ms: number;
  readonly other_ms: number;
}

export const noTimes: StepTimes = {
  queue_ms: 0,
  run_ms: 0,
  source_ms: 0,
  transform_ms: 0,
  store_ms: 0,
  waiting_ms: 0,
  other_ms: 0,
};

/** What is recorded of an attempt's time. */
export interface RecordedAttempt {
  readonly queue_ms: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly timings: JsonObject;
}

/**
 * The times of an attempt. One that has not ended has run until `nowMs`. What no part accounts for is `other_ms`; where
 * the parts, measured by another clock, exceed the time between start and end, they are believed. Pure.
 */
export function stepTimes(attempt: RecordedAttempt, nowMs: number): StepTimes {
  const endMs = attempt.ended_at === null ? nowMs : instantToMs(attempt.ended_at);
  const wallMs = Math.max(0, endMs - instantToMs(attempt.started_at));
  const part = (name: string) => numberOf(attempt.timings[name]);
  const parts = {
    source_ms: part('source_ms'),
    transform_ms: part('transform_ms'),
    store_ms: part('store_ms'),
    waiting_ms: part('waiting_ms'),
  };
  const accountedMs = parts.source_ms + parts.transform_ms + parts.store_ms + parts.waiting_ms;
  const run_ms = Math.max(wallMs, accountedMs);
  return { queue_ms: attempt.queue_ms, run_ms, ...parts, other_ms: run_ms - accountedMs };
}

/** The sum of two times. */
export function addTimes(left: StepTimes, right: StepTimes): StepTimes {
  const sum: Record<keyof StepTimes, number> = { ...noTimes };
  for (const key of Object.keys(sum) as (keyof StepTimes)[]) sum[key] = left[key] + right[key];
  return sum;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
