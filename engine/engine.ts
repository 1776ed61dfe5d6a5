import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Entity } from '../model/entities/registry.ts';
import type { SyncCounts, SyncMode } from '../model/sync.ts';
import { taskQueues, workflowIds } from '../workflows/contract.ts';
import { answered, ignoreMissing } from './answered.ts';
import { type ClosedState, closedState, type ExecutionHandle, isClosed } from './closed.ts';
import { describeSchedule, ensureChores, ensureStreamSchedules } from './schedules.ts';
import { searchAttributes } from './search-attributes.ts';
import { type ScheduledStreamRef, type StreamRef, type SyncWorkflow, summaryOf, syncInput } from './stream-ref.ts';

export type { ScheduledStreamRef, StreamRef } from './stream-ref.ts';

/** A stream, and the request that a run of it is to answer. */
export interface RequestedSync extends StreamRef {
  readonly mode: SyncMode;
  readonly requestId: string;
}

/** What the rest of Flows asks of Temporal. Every call throws `engine_unavailable` when Temporal does not answer. */
export interface TemporalEngine {
  startConnect(connection: { connectionId: string; system: string }): Promise<void>;
  /** Starts a run for a stream's pending request; starting it again for the same request does nothing. */
  startSync(stream: RequestedSync): Promise<void>;
  /** Fetches the quarantined records of a stream again, and gives what came of it. */
  retryQuarantine(stream: StreamRef): Promise<SyncCounts>;
  /** Brings the schedules of a stream in line with its row; gives whether they were not. */
  ensureSchedule(stream: ScheduledStreamRef): Promise<boolean>;
  deleteSchedule(stream: { connectionId: string; entity: Entity }): Promise<void>;
  /** The schedule of a stream's incremental syncs as Temporal has it; null where there is none. */
  describeSchedule(stream: {
    connectionId: string;
    entity: Entity;
  }): Promise<{ paused: boolean; nextRuns: readonly Date[] } | null>;
  /** Makes the schedules of the chores. */
  ensureChores(): Promise<void>;
  /** How Temporal closed an execution; null while it runs. */
  closedState(execution: ExecutionHandle): Promise<ClosedState | null>;
  /** Whether an execution is proven closed. No answer proves nothing. */
  isClosed(execution: ExecutionHandle): Promise<boolean>;
  cancel(workflowId: string): Promise<void>;
}

/** The engine behind a Temporal client. */
export function createEngine(client: Client): TemporalEngine {
  return {
    startConnect: (connection) => answered(startConnect(client, connection)),
    startSync: (stream) => answered(startSync(client, stream)),
    retryQuarantine: (stream) => answered(retryQuarantine(client, stream)),
    ensureSchedule: (stream) => answered(ensureStreamSchedules(client, stream)),
    async deleteSchedule({ connectionId, entity }) {
      for (const scheduleId of [workflowIds.sync(connectionId, entity), workflowIds.reconcile(connectionId, entity)]) {
        await answered(ignoreMissing(client.schedule.getHandle(scheduleId).delete()));
      }
    },
    async describeSchedule({ connectionId, entity }) {
      const found = await answered(describeSchedule(client, workflowIds.sync(connectionId, entity)));
      return found && { paused: found.state.paused, nextRuns: found.info.nextActionTimes };
    },
    ensureChores: () => answered(ensureChores(client)),
    closedState: (execution) => answered(closedState(client, execution)),
    isClosed: (execution) => isClosed(client, execution),
    cancel: (workflowId) => answered(ignoreMissing(client.workflow.getHandle(workflowId).cancel())),
  };
}

async function startConnect(
  client: Client,
  { connectionId, system }: { connectionId: string; system: string },
): Promise<void> {
  await client.workflow.start('connect', {
    workflowId: workflowIds.connect(connectionId),
    taskQueue: taskQueues.workflow,
    args: [{ v: 1, connectionId, system }],
    staticSummary: `Connect to ${system}`,
    typedSearchAttributes: searchAttributes({ connectionId, system, kind: 'connect' }),
    workflowIdConflictPolicy: 'USE_EXISTING',
    priority: { fairnessKey: connectionId },
  });
}

async function startSync(client: Client, stream: RequestedSync): Promise<void> {
  const { connectionId, entity, mode, requestId } = stream;
  if (mode === 'incremental') {
    await client.schedule.getHandle(workflowIds.sync(connectionId, entity)).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    return;
  }
  const workflowId = workflowIds.requestedSync(mode, connectionId, entity, requestId);
  await startOnStream(client, stream, {
    workflow: mode === 'full' ? 'initialSync' : 'reconcile',
    workflowId,
    requestId,
  });
}

async function retryQuarantine(client: Client, stream: StreamRef): Promise<SyncCounts> {
  const workflowId = workflowIds.retryQuarantine(stream.connectionId, stream.entity);
  const handle = await startOnStream(client, stream, { workflow: 'retryQuarantine', workflowId });
  return (await handle.result()) as SyncCounts;
}

interface StartOnStream {
  readonly workflow: Exclude<SyncWorkflow, 'incrementalSync'>;
  readonly workflowId: string;
  readonly requestId?: string;
}

function startOnStream(client: Client, stream: StreamRef, { workflow, workflowId, requestId }: StartOnStream) {
  const { connectionId, entity, system } = stream;
  return client.workflow.start(workflow, {
    workflowId,
    taskQueue: taskQueues.workflow,
    args: [syncInput(stream, requestId)],
    staticSummary: summaryOf(workflow, stream),
    typedSearchAttributes: searchAttributes({ connectionId, entity, system, kind: workflow }),
    workflowIdConflictPolicy: 'USE_EXISTING',
    priority: { fairnessKey: connectionId },
  });
}
