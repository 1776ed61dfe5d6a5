import type { Outcome } from './compare.ts';
import type { ContenderName, Timing } from './contenders.ts';
import type { SizeFigures } from './growth.ts';
import { median } from './statistics.ts';

/** Named figures, the names with their units; one that was not measured, or came from a run with an error, is missing. */
export type Figures = Readonly<Record<string, number>>;

/** Medians of the contenders' times, and how many times the product's they are. */
export function compareFigures(outcomes: readonly Outcome[], records: number): Figures {
  const middle = (name: ContenderName, part: keyof Timing) => medianOf(outcomes, name, part);
  const product = middle('product', 'seconds');
  const cold = middle('cold', 'seconds');
  const direct = middle('direct', 'seconds');
  const figures: Record<string, number | undefined> = {};
  for (const { name } of outcomes) {
    const key = name.replaceAll('-', '_');
    const seconds = middle(name, 'seconds');
    figures[`${key}_seconds`] = seconds;
    figures[`${key}_start_seconds`] = middle(name, 'startSeconds');
    figures[`${key}_records_per_second`] = ratio(records, seconds);
    if (!name.startsWith('dlt')) continue;
    figures[`${key}_load_seconds`] = middle(name, 'loadSeconds');
    figures[`${key}_warm_ratio`] = ratio(middle(name, 'loadSeconds'), product);
    figures[`${key}_cold_ratio`] = ratio(seconds, cold);
    figures[`${key}_process_ratio`] = ratio(seconds, product);
  }
  figures.copy_ratio = ratio(middle('copy', 'seconds'), product);
  if (product !== undefined && direct !== undefined) figures.temporal_share = (product - direct) / product;
  return known(figures);
}

const eventsPer = 2_000;

/** What grows with the records that are stored, and what must not. */
export function growthFigures(sizes: readonly SizeFigures[]): Figures {
  const figures: Record<string, number | undefined> = {};
  for (const size of sizes) {
    const key = `at_${size.records}`;
    figures[`${key}_initial_seconds`] = size.initialSeconds;
    figures[`${key}_events_per_${eventsPer}`] = size.events / (size.records / eventsPer);
    figures[`${key}_memory_before_mib`] = size.memoryBeforeMib;
    figures[`${key}_memory_peak_mib`] = size.memoryPeakMib;
    figures[`${key}_incremental_seconds`] = median(size.incremental.map(({ seconds }) => seconds));
    figures[`${key}_trigger_seconds`] = median(size.incremental.map(({ triggerSeconds }) => triggerSeconds));
    if ('seconds' in size.unchanged) figures[`${key}_unchanged_seconds`] = size.unchanged.seconds;
  }
  const [small, large] = sizes.map(({ records }) => `at_${records}`);
  const grown = (part: string) => ratio(figures[`${large}_${part}`], figures[`${small}_${part}`]);
  figures.incremental_growth = grown('incremental_seconds');
  figures.memory_growth = grown('memory_peak_mib');
  figures.events_per_2000_records = Math.max(...sizes.map(({ records, events }) => events / (records / eventsPer)));
  const written = sizes.flatMap(({ unchanged }) => ('error' in unchanged ? [] : unchanged.rowsWritten));
  if (written.length === sizes.length) figures.unchanged_rows_written = Math.max(...written);
  return known(figures);
}

function medianOf(outcomes: readonly Outcome[], name: ContenderName, part: keyof Timing): number | undefined {
  const timings = outcomes.find((outcome) => outcome.name === name)?.timings ?? [];
  const values = timings.flatMap((timing) => timing[part] ?? []);
  return values.length === 0 ? undefined : median(values);
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined ? undefined : part / whole;
}

function known(figures: Readonly<Record<string, number | undefined>>): Figures {
  const entries = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
