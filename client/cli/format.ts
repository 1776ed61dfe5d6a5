import { instantToMs } from '../../model/instants.ts';
import type { SyncCounts } from '../../model/sync.ts';

/** A duration as a person reads it: `840 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`, `4 d`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return withRest([Math.floor(seconds / 60), 'min'], [seconds % 60, 's']);
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return withRest([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
  return `${Math.round(minutes / 1_440)} d`;
}

function withRest([count, unit]: [number, string], [rest, restUnit]: [number, string]): string {
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${restUnit}`;
}

/** How long ago an instant was, or how soon it will be; empty for none. */
export function formatWhen(instant: string | null, nowMs: number): string {
  if (instant === null) return '';
  const ageMs = nowMs - instantToMs(instant);
  return ageMs < 0 ? `in ${formatDuration(-ageMs)}` : `${formatDuration(ageMs)} ago`;
}

/** The counts that are not zero: `1,200 created, 3 deleted`. */
export function formatCounts(counts: Partial<SyncCounts>, names: readonly (keyof SyncCounts)[] = resultNames): string {
  const parts = names.flatMap((name) => {
    const count = counts[name] ?? 0;
    return count > 0 ? [`${formatNumber(count)} ${name.replaceAll('_', ' ')}`] : [];
  });
  return parts.join(', ');
}

const resultNames = ['read', 'created', 'changed', 'deleted', 'unchanged', 'quarantined'] as const;

/** A whole number with commas between thousands. */
export function formatNumber(count: number): string {
  return count.toLocaleString('en-US');
}

/** Text from elsewhere made fit for a terminal: control characters, which could move the cursor, are shown as U+FFFD. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
}
