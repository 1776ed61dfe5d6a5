import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { type ErrorCode, isErrorCode } from '../model/errors/codes.ts';

/** How an activity failed, in the words of the taxonomy. */
export interface FailureSummary {
  readonly code: ErrorCode;
  readonly message: string;
  readonly upstream?: object;
}

/** The code and message behind whatever an activity call threw. */
export function summarizeFailure(error: unknown): FailureSummary {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const [details] = (cause.details ?? []) as { upstream?: object }[];
    return {
      code: isErrorCode(cause.type) ? cause.type : 'internal',
      message: cause.message,
      ...(details?.upstream && { upstream: details.upstream }),
    };
  }
  if (cause instanceof TimeoutFailure)
    return { code: 'internal', message: 'The activity did not answer in time on any attempt.' };
  return { code: 'internal', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The failure that a workflow ends with: cancellation stays what it is, anything else carries its code as the type. */
export function toWorkflowFailure(error: unknown): Error {
  if (isCancellation(error) && error instanceof Error) return error;
  const { code, message } = summarizeFailure(error);
  return ApplicationFailure.create({ message, type: code, nonRetryable: true });
}
