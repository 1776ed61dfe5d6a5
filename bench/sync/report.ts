import Table from 'cli-table3';
import type { Outcome } from './compare.ts';
import type { Figures } from './figures.ts';
import type { Verdict } from './gates.ts';
import { median } from './statistics.ts';

/** The contenders' times, as minimum, median and maximum, and what each is to the product. */
export function compareTable(outcomes: readonly Outcome[], figures: Figures): string {
  const table = new Table({
    style: { head: [], border: [] },
    head: [
      '',
      'seconds min / med / max',
      'of that start',
      'records/s',
      'x product',
      'warm with warm',
      'cold with cold',
    ],
  });
  for (const { name, timings, error } of outcomes) {
    if (error !== undefined) {
      table.push([name, { colSpan: 6, content: `failed: ${error.slice(0, 300)}` }]);
      continue;
    }
    const key = name.replaceAll('-', '_');
    const seconds = timings.map((timing) => timing.seconds);
    const times = [Math.min(...seconds), median(seconds), Math.max(...seconds)].map((value) => value.toFixed(2));
    const rate = figures[`${key}_records_per_second`];
    table.push([
      name,
      times.join(' / '),
      shown(figures[`${key}_start_seconds`]),
      rate === undefined ? '' : String(Math.round(rate)),
      shown(figures[`${key}_process_ratio`] ?? figures[`${key}_ratio`]),
      shown(figures[`${key}_warm_ratio`]),
      shown(figures[`${key}_cold_ratio`]),
    ]);
  }
  return table.toString();
}

/** All figures, a line each. */
export function figureLines(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `  ${name} = ${rounded(value)}`)
    .join('\n');
}

export function gateLines(verdicts: readonly Verdict[], { isJudged }: { isJudged: boolean }): string {
  return verdicts.map((verdict) => `  ${mark(verdict, isJudged)}  ${describe(verdict)}`).join('\n');
}

/** Four digits behind the point are more than a clock can tell. */
export function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function mark({ passed }: Verdict, isJudged: boolean): string {
  if (passed === undefined) return 'not measured';
  if (!isJudged) return 'not judged  ';
  return passed ? 'holds       ' : 'BROKEN      ';
}

function describe({ promise, figure, value }: Verdict): string {
  return `${promise}${value === undefined ? '' : ` (${figure} = ${rounded(value)})`}`;
}

function shown(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2);
}
