import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { taskQueues, workflowIds } from '../workflows/contract.ts';
import { scheduleSpec } from './schedule-spec.ts';
import { searchAttributes } from './search-attributes.ts';
import { type ScheduledStreamRef, summaryOf, syncInput } from './stream-ref.ts';

const catchupWindowMs = 60_000;
const dayMs = 86_400_000;
/** The chores and how often they run. */
const choreIntervalsMs = { align: 60_000, prune: 3_600_000 } as const;

/** The schedules of a stream: its incremental syncs, and a reconcile a day. Gives whether one had to be made or changed. */
export async function ensureStreamSchedules(client: Client, stream: ScheduledStreamRef): Promise<boolean> {
  const daily = { ...stream, intervalMs: dayMs, cron: null, timeZone: null };
  const incremental = await ensureSchedule(client, streamSchedule('incrementalSync', stream));
  const reconcile = await ensureSchedule(client, streamSchedule('reconcile', daily));
  return incremental || reconcile;
}

/** The schedules of the chores that keep the installation in order. */
export async function ensureChores(client: Client): Promise<void> {
  for (const [name, intervalMs] of Object.entries(choreIntervalsMs)) {
    await ensureSchedule(client, choreSchedule(name, intervalMs));
  }
}

/** A schedule as Temporal has it; null where there is none. */
export async function describeSchedule(client: Client, scheduleId: string): Promise<ScheduleDescription | null> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

interface WantedSchedule {
  readonly options: ScheduleOptions;
  /** What the schedule is made from; kept in the memo of its runs, and compared. */
  readonly recipe: string;
  readonly paused: boolean;
}

/** Makes a schedule, or changes it where it is not as wanted. */
async function ensureSchedule(client: Client, wanted: WantedSchedule): Promise<boolean> {
  const { options, paused } = wanted;
  const found = await describeSchedule(client, options.scheduleId);
  if (found && found.state.paused === paused && found.action.memo?.recipe === wanted.recipe) return false;
  try {
    if (!found) await client.schedule.create(options);
  } catch (error) {
    // Made by another process in between.
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  if (found) await client.schedule.getHandle(options.scheduleId).update(() => ({ ...options, state: { paused } }));
  return true;
}

function streamSchedule(workflow: 'incrementalSync' | 'reconcile', stream: ScheduledStreamRef): WantedSchedule {
  const { connectionId, entity, system, paused } = stream;
  const scheduleId =
    workflow === 'reconcile' ? workflowIds.reconcile(connectionId, entity) : workflowIds.sync(connectionId, entity);
  const spec = scheduleSpec(stream);
  const recipe = JSON.stringify(spec);
  return {
    recipe,
    paused,
    options: {
      scheduleId,
      spec,
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs },
      action: {
        type: 'startWorkflow',
        workflowType: workflow,
        workflowId: scheduleId,
        taskQueue: taskQueues.workflow,
        args: [syncInput(stream)],
        memo: { recipe },
        staticSummary: summaryOf(workflow, stream),
        typedSearchAttributes: searchAttributes({ connectionId, entity, system, kind: workflow }),
      },
      state: { paused },
    },
  };
}

function choreSchedule(name: string, intervalMs: number): WantedSchedule {
  const scheduleId = workflowIds.chore(name);
  const recipe = `every ${intervalMs}`;
  return {
    recipe,
    paused: false,
    options: {
      scheduleId,
      spec: { intervals: [{ every: intervalMs }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs },
      action: {
        type: 'startWorkflow',
        workflowType: 'chore',
        workflowId: scheduleId,
        taskQueue: taskQueues.workflow,
        args: [{ v: 1, name }],
        memo: { recipe },
        staticSummary: `Chore: ${name}`,
      },
      state: { paused: false },
    },
  };
}
