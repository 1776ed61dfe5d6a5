import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type ScheduleOptions, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Entity } from '../model/entities/registry.ts';
import { isErrorCode } from '../model/errors/codes.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import type { SyncCounts, SyncMode } from '../model/sync.ts';
import { type SyncInput, taskQueues, workflowIds } from '../workflows/contract.ts';
import { scheduleSpec } from './schedule-spec.ts';
import { searchAttributes } from './search-attributes.ts';

export interface StreamRef {
  readonly connectionId: string;
  readonly streamId: string;
  readonly entity: Entity;
  readonly system: string;
}

export interface ScheduledStreamRef extends StreamRef {
  readonly intervalMs: number | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly paused: boolean;
}

/** What the rest of Flows asks of Temporal. Every call throws `engine_unavailable` when Temporal does not answer. */
export interface TemporalEngine {
  startConnect(connection: { connectionId: string; system: string }): Promise<void>;
  /** Starts a run of a stream, or joins one that is on its way: the run takes the stream's pending request. */
  startSync(stream: StreamRef & { mode: SyncMode }): Promise<void>;
  /** Fetches the quarantined records of a stream again, and gives what came of it. */
  retryQuarantine(stream: StreamRef): Promise<SyncCounts>;
  ensureSchedule(stream: ScheduledStreamRef): Promise<void>;
  deleteSchedule(stream: { connectionId: string; entity: Entity }): Promise<void>;
  /** The schedule as Temporal has it; null where there is none. */
  describeSchedule(stream: { connectionId: string; entity: Entity }): Promise<{ paused: boolean; nextRuns: readonly Date[] } | null>;
  /** Whether an execution is proven closed. No answer proves nothing. */
  isClosed(holder: { workflowId: string; runId: string }): Promise<boolean>;
  cancel(workflowId: string): Promise<void>;
}

const catchupWindowMs = 60_000;

/** The engine behind a Temporal client. */
export function createEngine(client: Client): TemporalEngine {
  return {
    startConnect: (connection) => answered(startConnect(client, connection)),
    startSync: (stream) => answered(startSync(client, stream)),
    retryQuarantine: (stream) => answered(retryQuarantine(client, stream)),
    ensureSchedule: (stream) => answered(ensureSchedule(client, stream)),
    deleteSchedule: ({ connectionId, entity }) =>
      answered(ignoreMissing(client.schedule.getHandle(workflowIds.sync(connectionId, entity)).delete())),
    describeSchedule: ({ connectionId, entity }) => answered(describeSchedule(client, workflowIds.sync(connectionId, entity))),
    isClosed: (holder) => isClosed(client, holder),
    cancel: (workflowId) => answered(ignoreMissing(client.workflow.getHandle(workflowId).cancel().then(() => undefined))),
  };
}

async function startConnect(client: Client, { connectionId, system }: { connectionId: string; system: string }): Promise<void> {
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

const fullWorkflows = { full: 'initialSync', reconcile: 'reconcile' } as const;

async function startSync(client: Client, stream: StreamRef & { mode: SyncMode }): Promise<void> {
  const { connectionId, entity, system, mode } = stream;
  if (mode === 'incremental') {
    await client.schedule.getHandle(workflowIds.sync(connectionId, entity)).trigger(ScheduleOverlapPolicy.BUFFER_ONE);
    return;
  }
  const kind = fullWorkflows[mode];
  await client.workflow.start(kind, {
    workflowId: mode === 'full' ? workflowIds.fullSync(connectionId, entity) : workflowIds.reconcile(connectionId, entity),
    taskQueue: taskQueues.workflow,
    args: [syncInput(stream)],
    staticSummary: summaryOf(kind, stream),
    typedSearchAttributes: searchAttributes({ connectionId, entity, system, kind }),
    workflowIdConflictPolicy: 'USE_EXISTING',
    priority: { fairnessKey: connectionId },
  });
}

async function retryQuarantine(client: Client, stream: StreamRef): Promise<SyncCounts> {
  const { connectionId, entity, system } = stream;
  const handle = await client.workflow.start('retryQuarantine', {
    workflowId: workflowIds.retryQuarantine(connectionId, entity),
    taskQueue: taskQueues.workflow,
    args: [syncInput(stream)],
    staticSummary: `Retry of the quarantined ${entity} records (${system})`,
    typedSearchAttributes: searchAttributes({ connectionId, entity, system, kind: 'retryQuarantine' }),
    workflowIdConflictPolicy: 'USE_EXISTING',
    priority: { fairnessKey: connectionId },
  });
  return (await handle.result()) as SyncCounts;
}

async function ensureSchedule(client: Client, stream: ScheduledStreamRef): Promise<void> {
  const options = scheduleOptions(stream);
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update(() => ({ ...options, state: { paused: stream.paused } }));
  }
}

function scheduleOptions(stream: ScheduledStreamRef): ScheduleOptions {
  const { connectionId, entity, system } = stream;
  const scheduleId = workflowIds.sync(connectionId, entity);
  return {
    scheduleId,
    spec: scheduleSpec(stream),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs },
    action: {
      type: 'startWorkflow',
      workflowType: 'incrementalSync',
      workflowId: scheduleId,
      taskQueue: taskQueues.workflow,
      args: [syncInput(stream)],
      staticSummary: summaryOf('incrementalSync', stream),
      typedSearchAttributes: searchAttributes({ connectionId, entity, system, kind: 'incrementalSync' }),
    },
    state: { paused: stream.paused },
  };
}

function syncInput({ connectionId, streamId, entity, system }: StreamRef): SyncInput {
  return { v: 1, connectionId, streamId, entity, system };
}

function summaryOf(kind: 'initialSync' | 'incrementalSync' | 'reconcile', { entity, system }: StreamRef): string {
  const what = { initialSync: 'Full sync', incrementalSync: 'Incremental sync', reconcile: 'Reconcile' }[kind];
  return `${what} of ${entity} (${system})`;
}

async function describeSchedule(client: Client, scheduleId: string) {
  try {
    const { state, info } = await client.schedule.getHandle(scheduleId).describe();
    return { paused: state.paused, nextRuns: info.nextActionTimes };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

async function isClosed(client: Client, { workflowId, runId }: { workflowId: string; runId: string }): Promise<boolean> {
  try {
    // Without a run id the newest run answers: of this chain, or of a later execution under the same id.
    const description = await client.workflow.getHandle(workflowId).describe();
    const firstRunId = description.raw.workflowExecutionInfo?.firstRunId ?? description.runId;
    return firstRunId !== runId || description.status.name !== 'RUNNING';
  } catch (error) {
    return error instanceof WorkflowNotFoundError;
  }
}

async function ignoreMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError) && !(error instanceof ScheduleNotFoundError)) throw error;
  }
}

async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FlowsError) throw error;
    if (error instanceof WorkflowFailedError) throw failureOf(error);
    if (error instanceof ScheduleNotFoundError || error instanceof WorkflowNotFoundError) {
      throw new FlowsError('not_found', `Temporal does not know it: ${error.message}.`, { cause: error });
    }
    const message = error instanceof Error ? error.message : String(error);
    throw new FlowsError('engine_unavailable', `Temporal did not take the request (${message}). Check that the server at TEMPORAL_ADDRESS runs.`, { cause: error });
  }
}

/** The error that a workflow ended with; its failure's type is our code. */
function failureOf({ cause, message }: WorkflowFailedError): FlowsError {
  const code = cause instanceof ApplicationFailure && isErrorCode(cause.type) ? cause.type : 'internal';
  return new FlowsError(code, cause?.message ?? message, { cause });
}
