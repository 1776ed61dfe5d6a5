import { FlowsError } from '../../model/errors/flows-error.ts';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a text like `90s`, `15m`, `6h` or `1d`. Throws `invalid_request`. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text.trim());
  const unit = unitMs[match?.[2] ?? ''];
  if (!match || unit === undefined || Number(match[1]) === 0) {
    throw new FlowsError('invalid_request', `"${text}" is no duration. Give a number and a unit: 90s, 15m, 6h, 1d.`);
  }
  return Number(match[1]) * unit;
}
