import { instantFromMs } from '../../model/instants.ts';
import type { ExecutionState } from '../../model/sync.ts';
import { listConnections } from '../../store/connections.ts';
import { endExecution, listOpenExecutions, loseAttempts } from '../../store/executions.ts';
import { listWaitingRequests } from '../../store/requests.ts';
import { failRun } from '../../store/runs.ts';
import { scheduleOf } from '../../store/stream-schedule.ts';
import { listStreams, streamOfRun } from '../../store/streams.ts';
import type { Dependencies } from '../dependencies.ts';

/** What one round of a chore did, shown in Temporal. */
export type ChoreResult = Readonly<Record<string, number>>;

/** What has just begun settles by itself; only what is older than this is looked at. */
const settleMs = 60_000;
const executionsMax = 1_000;
const requestsMax = 1_000;

/**
 * Brings Temporal and the database in line: each stream's schedules as its row says, a run for each request that has
 * waited, and an end for each execution that Temporal has closed without one (terminated, timed out, worker lost).
 */
export async function align(dependencies: Dependencies): Promise<ChoreResult> {
  return {
    schedules: await alignSchedules(dependencies),
    requests: await startWaiting(dependencies),
    executions: await closeOrphans(dependencies),
  };
}

async function alignSchedules({ database, engine }: Dependencies): Promise<number> {
  let changed = 0;
  for (const connection of await listConnections(database, { includeRemoved: false })) {
    for (const stream of await listStreams(database, connection.id)) {
      if (await engine.ensureSchedule(scheduleOf(connection, stream))) changed += 1;
    }
  }
  return changed;
}

async function startWaiting({ database, engine }: Dependencies): Promise<number> {
  const waiting = await listWaitingRequests(database, {
    before: instantFromMs(Date.now() - settleMs),
    limit: requestsMax,
  });
  for (const { id: requestId, connection_id, stream_id, entity, system, mode } of waiting) {
    await engine.startSync({ connectionId: connection_id, streamId: stream_id, entity, system, mode, requestId });
  }
  return waiting.length;
}

async function closeOrphans({ database, engine }: Dependencies): Promise<number> {
  let closed = 0;
  for (const execution of await listOpenExecutions(database, {
    before: instantFromMs(Date.now() - settleMs),
    limit: executionsMax,
  })) {
    const state = await engine.closedState({ workflowId: execution.workflow_id, runId: execution.first_run_id });
    if (state === null) continue;
    closed += 1;
    const stream = await streamOfRun(database, execution.id);
    const error = state === 'completed' ? null : { code: 'internal' as const, message: describeEnd(state) };
    if (stream?.run_state === 'running' && state !== 'completed') {
      await failRun(database, stream.id, { executionId: execution.id, state: 'failed', error });
    }
    await endExecution(database, execution.id, { state, error });
    await loseAttempts(database, execution.id);
  }
  return closed;
}

function describeEnd(state: Exclude<ExecutionState, 'running'>): string {
  return `Temporal closed the execution as ${state}; it could not record its own end. What it had stored is kept, and the next run goes on.`;
}
