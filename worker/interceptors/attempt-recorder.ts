import { ApplicationFailure, CancelledFailure, type Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import type { ExecutionRef } from '../../activities/execution-ref.ts';
import { isErrorCode } from '../../model/errors/codes.ts';
import type { Logger } from '../../platform/logging/logger.ts';
import type { Database } from '../../store/database.ts';
import { type AttemptEnd, type AttemptKey, endAttempt, type NewAttempt, startAttempt } from '../../store/executions.ts';

export interface RecorderOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Names this process. */
  readonly worker: string;
}

/**
 * Records every attempt of every activity in Postgres: when it was queued, how long it ran, how it ended, what it counted.
 * A record that cannot be written is logged and harms nothing: the work matters more than its record. An attempt that a
 * worker took before it froze, and starts when a later one runs, is cancelled: it would take the later one's claim.
 */
export function attemptRecorder(options: RecorderOptions): (context: Context) => ActivityInboundCallsInterceptor {
  return (context) => ({
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>) {
      const execution = executionOf(input.args[0]);
      if (!execution) return next(input);
      const key = keyOf(context, execution);
      const started = await harmless(options, () =>
        startAttempt(
          options.database,
          rowOf(execution),
          attemptOf(context, { key, worker: options.worker, argument: input.args[0] }),
        ),
      );
      try {
        if (started?.isSuperseded)
          throw new CancelledFailure('A later attempt has started: nobody waits for this one.');
        const result = await next(input);
        await harmless(options, () => endAttempt(options.database, key, completed(result)));
        return result;
      } catch (error) {
        await harmless(options, () => endAttempt(options.database, key, failed(error)));
        throw error;
      }
    },
  });
}

async function harmless<T>({ logger }: RecorderOptions, write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    logger.warn({ error }, 'An attempt could not be recorded');
    return undefined;
  }
}

function executionOf(argument: unknown): ExecutionRef | null {
  if (typeof argument !== 'object' || argument === null || !('execution' in argument)) return null;
  return argument.execution as ExecutionRef;
}

function keyOf({ info }: Context, execution: ExecutionRef): AttemptKey {
  return {
    executionId: execution.id,
    runId: info.workflowExecution?.runId ?? execution.firstRunId,
    activityId: info.activityId,
    attempt: info.attempt,
  };
}

function rowOf(execution: ExecutionRef) {
  const { id, workflowId, firstRunId, kind, startedAt } = execution;
  return {
    id,
    workflowId,
    firstRunId,
    kind,
    startedAt,
    connectionId: execution.connectionId ?? null,
    entity: execution.entity ?? null,
  };
}

interface AttemptFacts {
  readonly key: AttemptKey;
  readonly worker: string;
  readonly argument: unknown;
}

function attemptOf({ info }: Context, { key, worker, argument }: AttemptFacts): NewAttempt {
  return {
    ...key,
    name: info.activityType,
    summary: (argument as { summary?: string }).summary ?? null,
    taskQueue: info.taskQueue,
    worker,
    queueMs: Math.max(0, Date.now() - info.currentAttemptScheduledTimestampMs),
  };
}

function completed(result: unknown): AttemptEnd {
  const { step, timings } = (result ?? {}) as { step?: object; timings?: object };
  return { outcome: 'completed', error: null, counts: step ?? {}, timings: timings ?? {} };
}

function failed(error: unknown): AttemptEnd {
  if (error instanceof CancelledFailure) return { outcome: 'cancelled', error: null, counts: {}, timings: {} };
  const message = error instanceof Error ? error.message : String(error);
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  return {
    outcome: 'failed',
    error: { code: isErrorCode(type) ? type : 'internal', message },
    counts: {},
    timings: {},
  };
}
