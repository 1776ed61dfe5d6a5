import { type Command, Option } from 'commander';
import type { ExecutionState } from '../../../model/sync.ts';
import { type ExecutionsPage, listExecutions } from '../../operations/list-executions.ts';
import { type ExecutionReport, showExecution } from '../../operations/show-execution.ts';
import type { Colors } from '../colors.ts';
import { formatDuration, formatWhen } from '../format.ts';
import type { Run } from '../session.ts';
import { instantToMs } from '../../../model/instants.ts';
import { type Cell, renderTable, styledStatus } from '../table.ts';
import { toWholeNumber } from './options.ts';

interface ListOptions {
  readonly connection?: string;
  readonly entity?: string;
  readonly state?: ExecutionState;
  readonly limit?: number;
  readonly cursor?: string;
}

const states = ['running', 'completed', 'partial', 'failed', 'skipped', 'cancelled', 'terminated', 'timed_out'];

/** `flows executions list|show`. */
export function addExecutionsCommand(program: Command, run: Run): void {
  const executions = program.command('executions').description('what ran, step by step, and where the time went');
  executions
    .command('list')
    .description('executions, newest first')
    .option('--connection <connection>', 'only of this connection')
    .option('--entity <entity>', 'only of this entity')
    .addOption(new Option('--state <state>', 'only in this state').choices(states))
    .option('--limit <count>', 'executions of a page (1 to 500)', toWholeNumber)
    .option('--cursor <cursor>', 'the next_cursor of the page before')
    .action((options: ListOptions, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const page = await listExecutions(services, options);
        output.result(page, (colors) => renderExecutions(page, { colors, nowMs: nowMs() }));
      }),
    );
  executions
    .command('show <id>')
    .description('the steps of an execution, by its id or its Temporal workflow id')
    .action((id: string, _options: object, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const report = await showExecution(services, { id, nowMs: nowMs() });
        output.result(report, (colors) => renderExecution(report, colors));
      }),
    );
}

function renderExecutions(page: ExecutionsPage, { colors, nowMs }: { colors: Colors; nowMs: number }): string {
  if (page.executions.length === 0) return 'No executions.';
  const rows = page.executions.map(({ id, kind, entity, state, started_at, ended_at, error }) => [
    id,
    kind,
    entity,
    styledStatus(state),
    formatWhen(started_at, nowMs),
    formatDuration((ended_at === null ? nowMs : instantToMs(ended_at)) - instantToMs(started_at)),
    error?.code,
  ]);
  const table = renderTable(colors, ['id', 'kind', 'entity', 'state', 'started', 'took', 'error'], rows);
  return page.next_cursor === null ? table : `${table}\n\nMore with: --cursor ${page.next_cursor}`;
}

/** The steps of an execution and their times, which add up. */
function renderExecution({ execution, steps, totals, is_cut }: ExecutionReport, colors: Colors): string {
  const { kind, entity, state, id, workflow_id, error, started_at } = execution;
  const title = `${kind}${entity === null ? '' : ` of ${entity}`}: ${state}, ${formatDuration(totals.wall_ms)} from ${started_at}`;
  const rows = steps.map((step): Cell[] => [
    step.step,
    step.summary ?? step.name,
    step.attempt,
    ...timesOf(step),
    step.records,
    styledStatus(step.outcome ?? 'running'),
    step.error_code,
  ]);
  const table = renderTable(colors, stepColumns, [
    ...rows,
    [null, 'total', null, ...timesOf(totals), totals.records, null, null],
  ]);
  return [
    title,
    `  ${id}, in Temporal ${workflow_id}`,
    ...(error ? [`  ${error.code}: ${error.message}`] : []),
    '',
    table,
    '',
    `Run time is source + transform + store + waiting + other. Between steps: ${formatDuration(totals.between_steps_ms)}.`,
    ...(is_cut ? ['Later attempts are left out.'] : []),
  ].join('\n');
}

const timeNames = ['queue', 'run', 'source', 'transform', 'store', 'waiting', 'other'] as const;
const stepColumns = ['#', 'step', 'try', ...timeNames.map((name) => `${name} ms`), 'records', 'outcome', 'error'];

function timesOf(times: Readonly<Record<`${(typeof timeNames)[number]}_ms`, number>>): number[] {
  return timeNames.map((name) => times[`${name}_ms`]);
}
