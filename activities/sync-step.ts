import { FlowsError } from '../model/errors/flows-error.ts';
import { type ConnectionRow, readConnection } from '../store/connections.ts';
import { readRequest } from '../store/requests.ts';
import { failRun } from '../store/runs.ts';
import { claimStream, readStream, type StreamRow } from '../store/streams.ts';
import type { Dependencies } from './dependencies.ts';
import { runStep } from './sync/run-step.ts';
import type { SyncStepInput, SyncStepResult } from './sync/step.ts';
import { startStepClock } from './sync/step-clock.ts';

const rateLimitWaitMs = 10_000;
const rateLimitWaitMsMax = 3_600_000;

/**
 * One bounded step of a sync: claims the stream, starts or continues the run, reads and commits for up to a minute or
 * 100,000 records, and ends the run when the pass is complete. Any attempt may die at any point: the next one continues
 * from what is stored.
 */
export async function syncStep(dependencies: Dependencies, input: SyncStepInput): Promise<SyncStepResult> {
  const { database } = dependencies;
  const connection = await readConnection(database, input.connectionId);
  const stream = await readStream(database, input.streamId);
  const reason = reasonToSkip(connection, stream);
  if (reason) {
    const { id: executionId } = input.execution;
    // A run that was under way when it was paused ends here; its checkpoint stays.
    const isUnderWay = stream.run_execution_id === executionId && stream.run_state === 'running';
    if (isUnderWay) await failRun(database, stream.id, { executionId, state: 'cancelled', error: null });
    return { state: 'skipped', reason };
  }
  if (await isAnswered(dependencies, input))
    return { state: 'skipped', reason: 'another run has answered the request' };
  const claimed = await claimStream(database, input.streamId, {
    holder: { workflowId: input.execution.workflowId, runId: input.execution.firstRunId },
    isClosed: (holder) => dependencies.engine.isClosed(holder),
  });
  if (claimed.outcome === 'busy') return { state: 'busy', holder: claimed.holder.workflowId };
  const clock = startStepClock(() => performance.now());
  try {
    return await runStep(dependencies, { input, connection, claim: claimed.claim, stream: claimed.stream, clock });
  } catch (error) {
    if (error instanceof FlowsError && error.code === 'rate_limited') {
      const waitMs = Math.min(error.retryAfterMs ?? rateLimitWaitMs, rateLimitWaitMsMax);
      return { state: 'wait', waitMs, reason: 'rate limit of the system' };
    }
    if (error instanceof FlowsError && error.code === 'authentication_failed')
      await dependencies.sessions.drop(connection.id);
    throw error;
  }
}

/** Why a stream may not run now; null when it may. */
function reasonToSkip(connection: ConnectionRow, stream: StreamRow): string | null {
  if (connection.lifecycle !== 'active') return `the connection is ${connection.lifecycle}`;
  if (connection.paused) return 'the connection is paused';
  if (stream.paused) return 'the stream is paused';
  return null;
}

/** Whether the request that a run was started for is no longer its own to answer. */
async function isAnswered({ database }: Dependencies, { requestId, execution }: SyncStepInput): Promise<boolean> {
  if (requestId === undefined) return false;
  const request = await readRequest(database, requestId);
  return request.state !== 'pending' && request.execution_id !== execution.id;
}
