import type { StepTimings } from '../../model/sync.ts';

/** The parts that a step's wall time is split into. */
type Part = 'source_ms' | 'transform_ms' | 'store_ms';

/**
 * Splits the wall time of a step: whatever the step waits for is charged to that part, work between to `transform_ms` or
 * `other_ms`. The parts add up to the whole; busy times, which overlap, are kept beside them.
 */
export interface StepClock {
  /** Charges the time that `work` takes, as this step sees it. */
  waitFor<T>(part: Part, work: Promise<T>): Promise<T>;
  charge<T>(part: Part, work: () => T): T;
  busy(part: 'source_busy_ms' | 'store_busy_ms', ms: number): void;
  elapsedMs(): number;
  timings(): StepTimings & { source_busy_ms: number; store_busy_ms: number };
}

/** A clock that starts now. `now` gives milliseconds of a clock that only goes forward. */
export function startStepClock(now: () => number): StepClock {
  const startedMs = now();
  const parts: Record<Part, number> = { source_ms: 0, transform_ms: 0, store_ms: 0 };
  const busy = { source_busy_ms: 0, store_busy_ms: 0 };
  return {
    async waitFor(part, work) {
      const from = now();
      try {
        return await work;
      } finally {
        parts[part] += now() - from;
      }
    },
    charge(part, work) {
      const from = now();
      const result = work();
      parts[part] += now() - from;
      return result;
    },
    busy(part, ms) {
      busy[part] += ms;
    },
    elapsedMs: () => now() - startedMs,
    timings() {
      const split = Object.fromEntries(Object.entries(parts).map(([part, ms]) => [part, Math.round(ms)])) as Record<
        Part,
        number
      >;
      const sum = split.source_ms + split.transform_ms + split.store_ms;
      return {
        ...split,
        other_ms: Math.max(0, Math.round(now() - startedMs) - sum),
        source_busy_ms: Math.round(busy.source_busy_ms),
        store_busy_ms: Math.round(busy.store_busy_ms),
      };
    },
  };
}
