import { FlowsError } from '../../model/errors/flows-error.ts';
import { instantToMs } from '../../model/instants.ts';
import type { JsonObject } from '../../model/json.ts';
import { findExecution, listAttempts } from '../../store/execution-list.ts';
import type { AttemptRow, ExecutionRow } from '../../store/executions.ts';
import type { Services } from './services.ts';
import { addTimes, noTimes, type StepTimes, stepTimes } from './step-times.ts';

export interface ExecutionReport {
  readonly execution: ExecutionRow;
  /** Every attempt of every step, in the order of their start. */
  readonly steps: readonly StepView[];
  readonly totals: StepTimes & {
    readonly records: number;
    /** From start to end, or until now. */
    readonly wall_ms: number;
    /** Wall time outside of any attempt: timers, retries' pauses and the workflow's own turns. */
    readonly between_steps_ms: number;
  };
  /** Whether attempts were left out because there are more than are shown. */
  readonly is_cut: boolean;
}

export interface StepView extends StepTimes {
  /** Attempts of one step have the same number. */
  readonly step: number;
  readonly name: string;
  readonly summary: string | null;
  readonly attempt: number;
  readonly started_at: string;
  readonly ended_at: string | null;
  /** Null while it runs. */
  readonly outcome: AttemptRow['outcome'];
  readonly error_code: string | null;
  readonly error_message: string | null;
  /** Records read. */
  readonly records: number;
  readonly counts: JsonObject;
  readonly worker: string;
}

const attemptsMax = 5_000;

/** An execution, by our id or by its Temporal workflow id (the newest of that), with all its steps and where their time went. */
export async function showExecution(
  { database }: Pick<Services, 'database'>,
  request: { id: string; nowMs: number },
): Promise<ExecutionReport> {
  const execution = await findExecution(database, request.id);
  if (!execution)
    throw new FlowsError('not_found', `There is no execution "${request.id}". See "flows executions list".`);
  const attempts = await listAttempts(database, execution.id, { limit: attemptsMax + 1 });
  const steps = toSteps(attempts.slice(0, attemptsMax), request.nowMs);
  const times = steps.reduce<StepTimes>(addTimes, noTimes);
  const endMs = execution.ended_at === null ? request.nowMs : instantToMs(execution.ended_at);
  const wall_ms = Math.max(0, endMs - instantToMs(execution.started_at));
  return {
    execution,
    steps,
    totals: {
      ...times,
      records: steps.reduce((sum, step) => sum + step.records, 0),
      wall_ms,
      between_steps_ms: Math.max(0, wall_ms - times.queue_ms - times.run_ms),
    },
    is_cut: attempts.length > attemptsMax,
  };
}

function toSteps(attempts: readonly AttemptRow[], nowMs: number): StepView[] {
  const numbers = new Map<string, number>();
  return attempts.map((row) => {
    const key = `${row.run_id} ${row.activity_id}`;
    const step = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, step);
    const { name, summary, attempt, started_at, ended_at, outcome, error_code, error_message, counts, worker } = row;
    const records = typeof counts['read'] === 'number' ? counts['read'] : 0;
    const view = {
      step,
      name,
      summary,
      attempt,
      started_at,
      ended_at,
      outcome,
      error_code,
      error_message,
      records,
      counts,
      worker,
    };
    return { ...view, ...stepTimes(row, nowMs) };
  });
}
