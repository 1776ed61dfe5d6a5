import { CancelledFailure, type Context } from '@temporalio/activity';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../platform/logging/logger.ts';
import type { Database } from '../../store/database.ts';
import { attemptRecorder } from '../../worker/interceptors/attempt-recorder.ts';

const execution = { id: 'exec_1', workflowId: 'w', firstRunId: 'r', kind: 'chore', startedAt: '2026-11-01T00:00:00Z' };
const logger = createLogger({ level: 'silent', name: 'test' });

/** Runs an activity through the recorder; the store answers the attempt's start with `answer`, or throws it. */
async function perform(argument: unknown, answer: { superseded: boolean } | Error) {
  const questions: string[] = [];
  const ask = async (text: string) => {
    questions.push(text);
    if (answer instanceof Error) throw answer;
    return { rows: [answer] };
  };
  const database = { pool: { query: ask } } as unknown as Database;
  const info = { workflowExecution: { workflowId: 'w', runId: 'r' }, activityId: '1', attempt: 2, taskQueue: 'q' };
  const context = { info: { ...info, activityType: 'a', currentAttemptScheduledTimestampMs: 0 } } as unknown as Context;
  const recorder = attemptRecorder({ database, logger, worker: 'test' })(context);
  let calls = 0;
  const next = async () => {
    calls += 1;
    return 'the result';
  };
  const result = recorder.execute?.({ args: [argument], headers: {} } as ActivityExecuteInput, next);
  return { result, calls: () => calls, questions };
}

describe('the recorder of attempts', () => {
  it('does not harm the work when the store cannot take the record', async () => {
    const { result } = await perform({ execution }, new Error('the store is down'));
    expect(await result).toBe('the result');
  });

  it('records nothing of an activity that names no execution', async () => {
    const { result, questions } = await perform({ name: 'prune' }, { superseded: false });
    expect(await result).toBe('the result');
    expect(questions).toEqual([]);
  });

  it('cancels an attempt that starts when a later one runs', async () => {
    const { result, calls } = await perform({ execution }, { superseded: true });
    await expect(result).rejects.toBeInstanceOf(CancelledFailure);
    expect(calls()).toBe(0);
  });
});
