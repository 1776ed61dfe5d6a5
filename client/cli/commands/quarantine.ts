import type { Command } from 'commander';
import { listQuarantine, type QuarantinePage } from '../../operations/list-quarantine.ts';
import { retryQuarantine } from '../../operations/retry-quarantine.ts';
import type { Colors } from '../colors.ts';
import { formatCounts, formatWhen } from '../format.ts';
import type { Run } from '../session.ts';
import { renderTable } from '../table.ts';
import { toWholeNumber } from './options.ts';

interface ListOptions {
  readonly entity?: string;
  readonly includeResolved?: boolean;
  readonly raw?: boolean;
  readonly cursor?: string;
  readonly limit?: number;
}

/** `flows quarantine list|retry`. */
export function addQuarantineCommand(program: Command, run: Run): void {
  const quarantine = program.command('quarantine').description('records that could not be taken in, and why');
  quarantine
    .command('list <connection>')
    .description('what the quarantine holds, newest first')
    .option('--entity <entity>', 'only of this entity')
    .option('--include-resolved', 'also what was taken in later')
    .option('--raw', 'also as the system sent it (with --json)')
    .option('--limit <count>', 'entries of a page (1 to 500)', toWholeNumber)
    .option('--cursor <cursor>', 'the next_cursor of the page before')
    .action((connection: string, options: ListOptions, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const { raw = false, ...query } = options;
        const page = await listQuarantine(services, { connection, ...query, includeRaw: raw });
        output.result(page, (colors) => renderQuarantine(page, { colors, nowMs: nowMs() }));
      }),
    );
  quarantine
    .command('retry <connection> [entity]')
    .description('fetch the quarantined records again and take in what can be read now')
    .action((connection: string, entity: string | undefined, _options: object, command: Command) =>
      run(command, async ({ context, output }) => {
        const { services } = await context();
        const retried = await retryQuarantine(services, { connection, ...(entity !== undefined && { entity }) });
        output.result({ retried }, (colors) => {
          if (retried.length === 0) return 'The quarantine is empty.';
          const rows = retried.map(({ entity: name, counts }) => [name, formatCounts(counts) || 'nothing new']);
          return renderTable(colors, ['entity', 'records'], rows);
        });
      }),
    );
}

function renderQuarantine(page: QuarantinePage, { colors, nowMs }: { colors: Colors; nowMs: number }): string {
  if (page.quarantined.length === 0) return 'The quarantine is empty.';
  const rows = page.quarantined.map((record) => [
    record.entity,
    record.remote_id ?? '(no id)',
    record.code,
    record.message,
    record.occurrences,
    formatWhen(record.last_seen_at, nowMs),
    record.resolved_at === null ? null : { text: 'resolved', style: 'good' as const },
  ]);
  const table = renderTable(colors, ['entity', 'remote id', 'code', 'why', 'times', 'last seen', ''], rows);
  return page.next_cursor === null ? table : `${table}\n\nMore with: --cursor ${page.next_cursor}`;
}
