import type { Command } from 'commander';
import { readStatus, type StatusReport, type StreamView } from '../../operations/status.ts';
import type { Colors } from '../colors.ts';
import { formatCounts, formatWhen } from '../format.ts';
import type { Run } from '../session.ts';
import { type Cell, renderTable, styledStatus } from '../table.ts';

/** `flows status [connection]`. */
export function addStatusCommand(program: Command, run: Run): void {
  program
    .command('status [connection]')
    .description('how connections and their streams stand')
    .action((connection: string | undefined, _options: object, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const report = await readStatus(services, connection === undefined ? {} : { connection });
        output.result(report, (colors) => renderStatus(report, { colors, nowMs: nowMs() }));
      }),
    );
}

/** The report as a person reads it. */
function renderStatus(report: StatusReport, { colors, nowMs }: { colors: Colors; nowMs: number }): string {
  if (report.connections.length === 0)
    return 'There are no connections yet. Make one with: flows connect <system> --name <name>';
  const blocks = report.connections.map((connection) => {
    const title = `${colors.bold(connection.name)}  ${connection.system}  ${connection.status}`;
    const error = connection.last_error ? `\n  ${connection.last_error.code}: ${connection.last_error.message}` : '';
    if (connection.streams.length === 0) return title + error;
    const rows = connection.streams.map((stream) => toRow(stream, nowMs));
    const table = renderTable(
      colors,
      ['entity', 'status', 'records', 'last success', 'last run', 'quarantined', 'next run', 'error'],
      rows,
    );
    return `${title}${error}\n${table}`;
  });
  const engine = report.engine_error ? [`Next runs are not known: ${report.engine_error.message}`] : [];
  return [...blocks, ...engine].join('\n\n');
}

function toRow(stream: StreamView, nowMs: number): Cell[] {
  const { last_run: run, last_error: error } = stream;
  return [
    stream.entity,
    styledStatus(stream.status),
    stream.records,
    formatWhen(stream.last_success_at, nowMs),
    run ? `${run.kind ?? ''}: ${formatCounts(run.counts, ['created', 'changed', 'deleted']) || 'nothing new'}` : null,
    stream.quarantined > 0 ? { text: String(stream.quarantined), style: 'warning' } : null,
    formatWhen(stream.next_run_at, nowMs),
    error ? `${error.code}: ${error.message}` : null,
  ];
}
