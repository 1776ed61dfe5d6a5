import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorPolicies } from '../../model/errors/codes.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { toFailure } from '../../worker/interceptors/failure.ts';

const errorCodes = Object.keys(errorPolicies) as ErrorCode[];
const first = { attempt: 1, isCancelled: false };

/** The failure as Temporal keeps it. */
function failureFor(error: unknown, facts = first): ApplicationFailure {
  const failure = toFailure(error, facts);
  if (failure instanceof ApplicationFailure) return failure;
  throw new Error(`no application failure but ${failure.name}`);
}

/** The attempt after which an error of this code is given up; null where it is tried for as long as it takes. */
function lastAttemptOf(code: ErrorCode): number | null {
  for (let attempt = 1; attempt <= 100; attempt++) {
    if (failureFor(new FlowsError(code, 'x'), { attempt, isCancelled: false }).nonRetryable) return attempt;
  }
  return null;
}

describe('what an activity throws, as Temporal keeps it', () => {
  it.each(errorCodes)('%s keeps its code as the type and its message', (code) => {
    expect(failureFor(new FlowsError(code, 'what was tried'))).toMatchObject({ type: code, message: 'what was tried' });
  });

  it('a code is tried again as often as its policy says', () => {
    const attempts = { never: 1, after_login: 1, quick: 4, few: 3, at_time_given: 20, with_delay: null };
    const expected = Object.fromEntries(errorCodes.map((code) => [code, attempts[errorPolicies[code].retry]]));
    expect(Object.fromEntries(errorCodes.map((code) => [code, lastAttemptOf(code)]))).toEqual(expected);
  });

  it('what is not ours is internal and is not tried again', () => {
    expect(failureFor(new TypeError('x is not a function'))).toMatchObject({
      type: 'internal',
      message: 'x is not a function',
      nonRetryable: true,
    });
    expect(failureFor('a text')).toMatchObject({ type: 'internal', message: 'a text' });
  });

  it('the next attempt comes when the system said', () => {
    const error = new FlowsError('rate_limited', 'slow down', { retryAfterMs: 7_000 });
    expect(failureFor(error)).toMatchObject({ nextRetryDelay: 7_000, nonRetryable: false });
    expect(failureFor(new FlowsError('rate_limited', 'slow down')).nextRetryDelay).toBeUndefined();
  });

  it('keeps what the system itself said', () => {
    const upstream = { system: 'sandbox', status: 409, code: 'E_LOCKED' };
    expect(failureFor(new FlowsError('locked', 'x', { upstream })).details).toEqual([{ upstream }]);
  });

  it('keeps no cause and no stack of ours', () => {
    const cause = new Error('the password is hunter2');
    const failure = failureFor(new FlowsError('internal', 'it broke', { cause }));
    expect(JSON.stringify([failure.cause ?? null, failure.details ?? null, failure.message])).not.toContain('hunter2');
  });

  it.each(['system_unreachable', 'rate_limited', 'store_unavailable'] as const)(
    '%s is no alarm of the worker',
    (code) => {
      expect(failureFor(new FlowsError(code, 'x')).category).toBe('BENIGN');
    },
  );

  it('an error after a cancellation is the cancellation', () => {
    const facts = { attempt: 1, isCancelled: true };
    expect(toFailure(new FlowsError('system_error', 'aborted'), facts)).toBeInstanceOf(CancelledFailure);
  });

  it('a failure of Temporal passes as it is', () => {
    const failures = [new CancelledFailure('x'), ApplicationFailure.nonRetryable('x', 'duplicate')];
    expect(failures.map((failure) => toFailure(failure, first))).toEqual(failures);
  });
});
