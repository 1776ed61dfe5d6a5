import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { type ErrorCode, errorPolicies } from '../../model/errors/codes.ts';
import { FlowsError, summarizeError } from '../../model/errors/flows-error.ts';

/** Attempts after which an error that may pass by itself is given up, by how its code is retried. */
const attemptsMax: Readonly<Record<(typeof errorPolicies)[ErrorCode]['retry'], number>> = {
  never: 1,
  // The connector has logged in anew by itself.
  after_login: 1,
  quick: 4,
  few: 3,
  at_time_given: 20,
  with_delay: Number.POSITIVE_INFINITY,
};

/** Converts what an activity throws to the failure that Temporal keeps: its type is our code, and nothing else of it is ours. */
export function failureInterceptor(context: Context): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      try {
        return await next(input);
      } catch (error) {
        throw toFailure(error, { attempt: context.info.attempt, isCancelled: context.cancellationSignal.aborted });
      }
    },
  };
}

/** The failure for an error of an attempt. An error after a cancellation is the cancellation. */
export function toFailure(error: unknown, facts: { attempt: number; isCancelled: boolean }): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (facts.isCancelled) return new CancelledFailure('The activity was cancelled.');
  const { code, message, upstream } = summarizeError(error);
  const retryAfterMs = error instanceof FlowsError ? error.retryAfterMs : undefined;
  return ApplicationFailure.create({
    message,
    type: code,
    nonRetryable: facts.attempt >= attemptsMax[errorPolicies[code].retry],
    ...(upstream && { details: [{ upstream }] }),
    ...(retryAfterMs !== undefined && { nextRetryDelay: retryAfterMs }),
    ...(isExpected(code) && { category: 'BENIGN' as const }),
  });
}

/** Outages and rate limits are part of the day: they are reported, and are no alarm of the worker. */
function isExpected(code: ErrorCode): boolean {
  return code === 'system_unreachable' || code === 'rate_limited' || code === 'store_unavailable';
}
