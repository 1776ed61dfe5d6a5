import { Refusal } from './http-answer.ts';
import type { PageQuery } from './page-query.ts';
import { type Micros, microsPerSecond } from './stamps.ts';

/** How long a continuation link is good. */
export const continuationTtlSeconds = 600;

/** Packs the rest of a pass into an opaque token. */
export function writeContinuation(query: PageQuery, now: Micros): string {
  return Buffer.from(JSON.stringify({ query, issuedAt: now })).toString('base64url');
}

/** Unpacks a token; refuses one that is broken or older than its life. */
export function readContinuation(token: string, now: Micros): PageQuery {
  const packed = unpack(token);
  if (packed === undefined) throw new Refusal(400, { code: 'bad_parameter', message: 'The token is not one of ours.' });
  if (now > packed.issuedAt + continuationTtlSeconds * microsPerSecond) throw continuationExpired();
  return packed.query;
}

/** The refusal for a continuation that cannot be resumed. */
export function continuationExpired(): Refusal {
  return new Refusal(410, { code: 'continuation_expired', message: 'This continuation has ended; start a new pass.' });
}

function unpack(token: string): { query: PageQuery; issuedAt: Micros } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return isPacked(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isPacked(value: unknown): value is { query: PageQuery; issuedAt: Micros } {
  return typeof value === 'object' && value !== null && 'query' in value && 'issuedAt' in value;
}
