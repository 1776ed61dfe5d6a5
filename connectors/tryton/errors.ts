import type { ErrorCode } from '../../model/errors/codes.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { Json } from '../../model/json.ts';
import { errorFromAnswer } from '../http/errors.ts';
import type { HttpAnswer } from '../http/http-client.ts';
import { redactedExcerpt } from '../http/redact.ts';

export const system = 'tryton';

/** Tryton counts failed logins over its session timeout, 300 s where nothing else is set, and sends no `Retry-After`. */
const loginLockMs = 300_000;

/**
 * The error for a JSON-RPC answer with `error: [kind, detail]`, which comes with HTTP 200. Tryton's own exceptions name
 * themselves in `kind`, with their arguments in `detail`; of any other exception `kind` is the text and `detail` the
 * traceback, which is not kept. `method` is what was called.
 */
export function errorFromBody(error: Json, { method }: { method: string }): FlowsError {
  const [kindValue, detail] = Array.isArray(error) ? error : [error];
  const kind = typeof kindValue === 'string' ? kindValue : JSON.stringify(kindValue ?? null);
  const [first, second] = Array.isArray(detail) ? detail.map((part) => (typeof part === 'string' ? part : '')) : [];
  switch (kind) {
    case 'UserError': {
      const text = [first, second].filter(Boolean).join(' ');
      return refusal(codeOfUserError(text), { method, kind, text });
    }
    case 'UserWarning':
      return refusal('needs_confirmation', { method, kind, text: second ?? '' });
    case 'ConcurrencyException':
      return refusal('version_conflict', { method, kind, text: first ?? '' });
    case 'LoginException':
      return refusal('authentication_failed', { method, kind, text: second ?? '' });
    case 'RateLimitException':
      return rateLimited({ method, kind });
    default:
      return refusal(codeOfException(kind), { method, kind: 'exception', text: kind });
  }
}

/**
 * The error for an answer with another status than 200. 401 is an expired session, or at login a wrong user or password;
 * 429 comes after five failed logins.
 */
export function errorFromStatus(answer: HttpAnswer, { method }: { method: string }): FlowsError {
  if (answer.status === 429 && answer.headers['retry-after'] === undefined) {
    return rateLimited({ method, kind: 'HTTP 429', status: 429 });
  }
  return errorFromAnswer(answer, { system, message: `${method}: ${withoutTags(answer.text)}` });
}

/** The error where the fault is in the connection's settings. */
export function wrongSettings(message: string): FlowsError {
  return new FlowsError('configuration_invalid', message, { upstream: { system } });
}

interface Refusal {
  readonly method: string;
  readonly kind: string;
  readonly text: string;
}

function refusal(code: ErrorCode, { method, kind, text }: Refusal): FlowsError {
  const said = redactedExcerpt(text);
  const advice = advices[code] ?? 'Its log has the reason.';
  return new FlowsError(code, `Tryton refused ${method} (${kind}): ${said || 'no text'}. ${advice}`, {
    upstream: { system, status: 200, code: kind, ...(said !== '' && { message: said }) },
  });
}

function rateLimited({ method, kind, status = 200 }: { method: string; kind: string; status?: number }): FlowsError {
  return new FlowsError(
    'rate_limited',
    `Tryton refused ${method} (${kind}): too many failed logins of this user. It asks to wait some minutes; check the password first.`,
    { upstream: { system, status, code: kind }, retryAfterMs: loginLockMs },
  );
}

const advices: { readonly [Code in ErrorCode]?: string } = {
  permission_denied: 'Give the user the group it lacks (Administration > Users).',
  unsupported: 'The server has no such model or field: activate the module that brings it.',
  needs_confirmation: 'It asks a person to confirm.',
  version_conflict: 'Read the record again.',
  authentication_failed: 'Check user and password.',
  system_unreachable: "Tryton's own database does not answer: try again later.",
};

/** Texts of user errors, in English (they come in the user's language; then the last line decides). */
function codeOfUserError(text: string): ErrorCode {
  if (/not allowed to (access|read|write|create|delete|modify|execute)|is not allowed/i.test(text)) {
    return 'permission_denied';
  }
  if (/don't exist|does not exist/i.test(text)) return 'not_found';
  return 'validation_failed';
}

/** A bare name in quotes is Python's KeyError: a model or field that the server lacks. */
function codeOfException(text: string): ErrorCode {
  if (/^'[\w.]+'$/.test(text.trim())) return 'unsupported';
  return databaseLost.test(text) ? 'system_unreachable' : 'system_error';
}

/** What PostgreSQL's drivers say when the database behind Tryton goes away (texts of psycopg 2 and 3). */
const databaseLost =
  /could not connect|connection to server|connection (?:is|was|already) (?:closed|lost)|server closed the connection|terminating connection|database system is (?:starting up|shutting down)/i;

function withoutTags(html: string): string {
  return html
    .replace(/<(?:title|h1)>[^<]*<\/(?:title|h1)>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
