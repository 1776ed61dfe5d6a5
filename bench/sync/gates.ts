import type { Figures } from './figures.ts';

interface Gate {
  readonly figure: string;
  readonly promise: string;
  readonly holds: (value: number) => boolean;
}

/** What a change must not break. dlt counts without its start-up here, as the product does. */
const gates: readonly Gate[] = [
  {
    figure: 'dlt_default_warm_ratio',
    promise: 'at least 6 times as fast as dlt default',
    holds: (value) => value >= 6,
  },
  { figure: 'dlt_tuned_warm_ratio', promise: 'at least 2 times as fast as dlt tuned', holds: (value) => value >= 2 },
  { figure: 'temporal_share', promise: 'at most 10 % of the time is Temporal', holds: (value) => value <= 0.1 },
  {
    figure: 'incremental_growth',
    promise: 'an incremental takes at most 1.3 times as long',
    holds: (value) => value <= 1.3,
  },
  { figure: 'memory_growth', promise: 'peak memory within 20 %', holds: (value) => Math.abs(value - 1) <= 0.2 },
  { figure: 'events_per_2000_records', promise: 'at most 1 event per 2,000 records', holds: (value) => value <= 1 },
  {
    figure: 'unchanged_rows_written',
    promise: 'an unchanged full sync writes no record row',
    holds: (value) => value === 0,
  },
];

export interface Verdict extends Gate {
  /** Undefined where the figure was not measured. */
  readonly value: number | undefined;
  readonly passed: boolean | undefined;
}

export function judge(figures: Figures): readonly Verdict[] {
  return gates.map((gate) => {
    const value = figures[gate.figure];
    return { ...gate, value, passed: value === undefined ? undefined : gate.holds(value) };
  });
}
