import type { ErrorCode } from '../../model/errors/codes.ts';

/** What the command ends with, for scripts. 75 is "try again later" by the convention of sysexits.h. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  authentication: 3,
  notFound: 4,
  retryLater: 75,
  interrupted: 130,
} as const;

const byCode: Partial<Record<ErrorCode, number>> = {
  invalid_request: exitCodes.usage,
  validation_failed: exitCodes.usage,
  read_only_field: exitCodes.usage,
  invalid_reference: exitCodes.usage,
  needs_confirmation: exitCodes.usage,
  configuration_invalid: exitCodes.usage,
  authentication_failed: exitCodes.authentication,
  permission_denied: exitCodes.authentication,
  not_found: exitCodes.notFound,
  locked: exitCodes.retryLater,
  rate_limited: exitCodes.retryLater,
  system_unreachable: exitCodes.retryLater,
  store_unavailable: exitCodes.retryLater,
  engine_unavailable: exitCodes.retryLater,
};

/** The exit code for an error of the taxonomy. */
export function exitCodeOf(code: ErrorCode): number {
  return byCode[code] ?? exitCodes.failed;
}
