/** A longer wait than this is not believed; the caller asks again after it. */
const retryAfterMaxMs = 3_600_000;

const httpDate = /^[A-Za-z]{3,9},? [\dA-Za-z: -]+ GMT$/;

/**
 * The wait that a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds or an HTTP date), in milliseconds from
 * `nowMs`: 0 for a date that has passed, at most one hour. Undefined where the header is absent or means nothing.
 */
export function parseRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.round(Number(text) * 1_000), retryAfterMaxMs);
  if (!httpDate.test(text)) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return undefined;
  return Math.min(Math.max(atMs - nowMs, 0), retryAfterMaxMs);
}
