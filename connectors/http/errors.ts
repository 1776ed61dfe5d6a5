import type { ErrorCode } from '../../model/errors/codes.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { HttpAnswer } from './http-messages.ts';
import { redactedExcerpt } from './redact.ts';
import { parseRetryAfterMs } from './retry-after.ts';

/** What a system's own error body says, where its connector can read it. */
export interface SystemError {
  readonly system: string;
  readonly code?: string;
  readonly message?: string;
  /** The taxonomy's code, where the body says more than the status does. */
  readonly as?: ErrorCode;
}

/**
 * The error that an answer stands for. A connector calls it with what its own `errors.ts` could read; the status decides
 * the rest. The system's code and text are kept, without secrets; so is the wait that a `Retry-After` asks for.
 */
export function errorFromAnswer(answer: HttpAnswer, { system, code, message, as }: SystemError): FlowsError {
  const ours = as ?? codeOfStatus(answer.status);
  const said = redactedExcerpt(message ?? answer.text);
  const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], sourceClockMs(answer));
  const reply = [code, said].filter(Boolean).join(': ') || 'no text';
  return new FlowsError(ours, `${answer.request} answered ${answer.status} (${reply}). ${adviceFor(ours)}`, {
    upstream: {
      system,
      status: answer.status,
      ...(code !== undefined && { code }),
      ...(said !== '' && { message: said }),
    },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The system's own clock where it tells it, so that a wait until a date is right however wrong our clock is. */
function sourceClockMs(answer: HttpAnswer): number {
  const sentAtMs = Date.parse(answer.headers['date'] ?? '');
  return Number.isNaN(sentAtMs) ? answer.receivedAtMs : sentAtMs;
}

const codesByStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'validation_failed'],
  [401, 'authentication_failed'],
  [403, 'permission_denied'],
  [404, 'not_found'],
  [405, 'unsupported'],
  [408, 'system_unreachable'],
  [409, 'version_conflict'],
  [410, 'cursor_expired'],
  [412, 'version_conflict'],
  [413, 'validation_failed'],
  [422, 'validation_failed'],
  [423, 'locked'],
  [429, 'rate_limited'],
  [501, 'unsupported'],
  [502, 'system_unreachable'],
  [503, 'system_unreachable'],
  [504, 'system_unreachable'],
  // A content delivery network in front says that the system behind it is down or does not answer.
  [521, 'system_unreachable'],
  [522, 'system_unreachable'],
  [523, 'system_unreachable'],
  [524, 'system_unreachable'],
]);

function codeOfStatus(status: number): ErrorCode {
  return codesByStatus.get(status) ?? (status >= 500 ? 'system_error' : 'bad_response');
}

function adviceFor(code: ErrorCode): string {
  switch (code) {
    case 'authentication_failed':
      return 'Check the credentials, and that the account is not locked.';
    case 'permission_denied':
      return 'Give the account the right to do this in the system.';
    case 'rate_limited':
      return 'Wait as long as it says; if it happens often, lower the load on this connection.';
    case 'system_unreachable':
      return 'The system is down or in maintenance: try again later.';
    case 'system_error':
      return "The system failed inside: its administrator finds the reason in the system's log.";
    case 'not_found':
    case 'unsupported':
      return "Check that the address is the system's API and that this version of the system has what was asked for.";
    case 'validation_failed':
      return 'The system refused what was sent: correct what it names.';
    case 'version_conflict':
    case 'locked':
      return 'Somebody else holds or changed the record: read it again.';
    case 'cursor_expired':
      return 'The position is not known any more: read again from the watermark.';
    default:
      return "This is not an answer of the system's API: check the address and what stands before the system.";
  }
}
