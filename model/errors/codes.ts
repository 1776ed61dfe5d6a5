/**
 * The error taxonomy: the code is the contract, the same text in the API, in `ApplicationFailure.type`, in tables and in logs.
 * This file imports nothing, so that workflows may use its values.
 */
export type ErrorCode = keyof typeof errorPolicies;

/** What a reader of a code needs to know; `retry` is about the same call made again, unchanged. */
export interface ErrorPolicy {
  readonly retry: 'never' | 'after_login' | 'quick' | 'at_time_given' | 'with_delay' | 'few';
  readonly httpStatus: number;
}

export const errorPolicies = {
  validation_failed: { retry: 'never', httpStatus: 422 },
  read_only_field: { retry: 'never', httpStatus: 422 },
  invalid_reference: { retry: 'never', httpStatus: 422 },
  needs_confirmation: { retry: 'never', httpStatus: 422 },
  invalid_state: { retry: 'never', httpStatus: 409 },
  duplicate: { retry: 'never', httpStatus: 409 },
  version_conflict: { retry: 'never', httpStatus: 409 },
  locked: { retry: 'with_delay', httpStatus: 409 },
  not_found: { retry: 'never', httpStatus: 404 },
  unsupported: { retry: 'never', httpStatus: 501 },
  permission_denied: { retry: 'never', httpStatus: 403 },
  authentication_failed: { retry: 'after_login', httpStatus: 409 },
  rate_limited: { retry: 'at_time_given', httpStatus: 429 },
  system_unreachable: { retry: 'quick', httpStatus: 503 },
  system_error: { retry: 'few', httpStatus: 502 },
  bad_response: { retry: 'few', httpStatus: 502 },
  outcome_unknown: { retry: 'never', httpStatus: 202 },
  mapping_failed: { retry: 'never', httpStatus: 422 },
  cursor_expired: { retry: 'never', httpStatus: 410 },
  store_unavailable: { retry: 'with_delay', httpStatus: 503 },
  engine_unavailable: { retry: 'with_delay', httpStatus: 503 },
  invalid_request: { retry: 'never', httpStatus: 400 },
  configuration_invalid: { retry: 'never', httpStatus: 500 },
  internal: { retry: 'never', httpStatus: 500 },
} as const satisfies Record<string, ErrorPolicy>;

/** Whether text that came from elsewhere (a failure's type, a row) is one of our codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(errorPolicies, text);
}
