import type { ErrorCode } from '../../model/errors/codes.ts';
import type { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject, type Json } from '../../model/json.ts';
import { errorFromAnswer } from '../http/errors.ts';
import type { HttpAnswer } from '../http/http-messages.ts';
import { parseJson } from '../http/json.ts';

/**
 * The error in an answer, null when there is none. The ERP answers every refusal with `{"Error":{"Code","Message"}}`; a
 * busy one does so with status 200.
 */
export function errorIn(answer: HttpAnswer): FlowsError | null {
  const { code, message } = readRefusal(answer);
  const isRefusal = code !== undefined || answer.status < 200 || answer.status > 299;
  if (!isRefusal) return null;
  const as = code === undefined ? undefined : (codes.get(code) ?? (answer.status === 200 ? 'system_error' : undefined));
  return errorFromAnswer(answer, {
    system: 'sandbox',
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message }),
    ...(as !== undefined && { as }),
  });
}

const codes: ReadonlyMap<string, ErrorCode> = new Map([
  ['bad_parameter', 'invalid_request'],
  ['unknown_parameter', 'invalid_request'],
  ['order_not_supported', 'invalid_request'],
  ['filter_not_supported', 'invalid_request'],
  ['bad_body', 'invalid_request'],
  ['bad_credentials', 'authentication_failed'],
  ['session_missing', 'authentication_failed'],
  ['session_unknown', 'authentication_failed'],
  ['session_expired', 'authentication_failed'],
  ['permission_denied', 'permission_denied'],
  ['record_not_found', 'not_found'],
  ['unknown_path', 'not_found'],
  ['feature_disabled', 'unsupported'],
  ['continuation_expired', 'cursor_expired'],
  ['too_many_logins', 'rate_limited'],
  ['too_many_requests', 'rate_limited'],
  ['maintenance', 'system_unreachable'],
  ['E_LOCKED', 'locked'],
]);

/** `Error` stands first in a refusal, so that a page of records is not parsed twice to find that it is none. */
const refusalStart = /^\s*\{\s*"Error"/;

function readRefusal(answer: HttpAnswer): { code?: string | undefined; message?: string | undefined } {
  if (!refusalStart.test(answer.text)) return {};
  const error = parsed(answer.text);
  if (!isJsonObject(error)) return {};
  return { code: textOf(error['Code']), message: textOf(error['Message']) };
}

function parsed(text: string): Json | undefined {
  try {
    const body = parseJson(text);
    return isJsonObject(body) ? body['Error'] : undefined;
  } catch {
    // What is no JSON has no code: the status decides.
    return undefined;
  }
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
