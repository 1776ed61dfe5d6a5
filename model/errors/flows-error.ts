import { type ErrorCode, errorPolicies } from './codes.ts';

/** One problem at one place of a value. `path` is a JSON pointer (RFC 6901), e.g. `/lines/0/quantity`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** What the remote system itself said; its code and text are kept as they came, without secrets. */
export interface Upstream {
  readonly system?: string;
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
}

export interface FlowsErrorOptions {
  readonly cause?: unknown;
  readonly problems?: readonly Problem[];
  readonly upstream?: Upstream;
  /** How long to wait before the same call may be made again, where the system said so. */
  readonly retryAfterMs?: number;
}

/**
 * The one error that rooms throw at each other. The message says what was tried, on what, what came back and what to
 * do next; it never holds a secret or a whole payload.
 */
export class FlowsError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  readonly upstream: Upstream | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: FlowsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'FlowsError';
    this.code = code;
    this.problems = options.problems ?? [];
    this.upstream = options.upstream;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether the same call, made again later, can succeed without anybody changing anything. */
  get retryable(): boolean {
    return errorPolicies[this.code].retry !== 'never';
  }
}

/** The error as a row, a log line or an answer may carry it: code, message and what the system said. */
export interface ErrorSummary {
  readonly code: ErrorCode;
  readonly message: string;
  readonly upstream?: Upstream;
}

/** Any thrown value as a summary; what is not ours is `internal`, with its own message. */
export function summarizeError(error: unknown): ErrorSummary {
  if (error instanceof FlowsError) {
    return { code: error.code, message: error.message, ...(error.upstream && { upstream: error.upstream }) };
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
