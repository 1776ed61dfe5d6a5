import { type Micros, parseStamp } from './stamps.ts';

/** The ERP's clock; it stands still or runs, and tests may move it. */
export interface Clock {
  now(): Micros;
  /** Stands at this moment until moved. */
  fix(at: Micros): void;
  /** Runs on from this moment. */
  runFrom(at: Micros): void;
  advance(micros: Micros): void;
}

/** Creates a clock that shows `now` at first; `mode` says whether it then runs with real time. */
export function createClock(options: { now: Micros; mode: ClockMode }): Clock {
  let origin = options.now;
  let running = options.mode === 'running';
  let startedAt = process.hrtime.bigint();
  const elapsed = (): Micros => (running ? Number((process.hrtime.bigint() - startedAt) / 1000n) : 0);
  const restart = (at: Micros, run: boolean): void => {
    origin = at;
    running = run;
    startedAt = process.hrtime.bigint();
  };
  return {
    now: () => origin + elapsed(),
    fix: (at) => restart(at, false),
    runFrom: (at) => restart(at, true),
    advance: (micros) => {
      origin += micros;
    },
  };
}

export type ClockMode = 'running' | 'fixed';

/** Reads a stamp given as an option; throws with the text where it is none. */
export function requireStamp(text: string): Micros {
  const micros = parseStamp(text);
  if (micros === undefined) throw new RangeError(`"${text}" is no UTC stamp such as 2026-11-01T00:00:00Z.`);
  return micros;
}
