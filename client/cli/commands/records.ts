import type { Command } from 'commander';
import { entityRegistry } from '../../../model/entities/registry.ts';
import { isJsonObject, type Json } from '../../../model/json.ts';
import { listRecords, type RecordsPage } from '../../operations/list-records.ts';
import type { RecordView } from '../../operations/record-view.ts';
import { showRecord } from '../../operations/show-record.ts';
import type { Colors } from '../colors.ts';
import type { Run } from '../session.ts';
import { type Cell, renderTable } from '../table.ts';
import { toWholeNumber } from './options.ts';

interface ListOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly modifiedAfter?: string;
  readonly includeDeleted?: boolean;
}

/** `flows records list|show`. */
export function addRecordsCommand(program: Command, run: Run): void {
  const records = program.command('records').description('what is stored, in the unified model');
  records
    .command('list <connection> <entity>')
    .description('records of an entity, page by page')
    .option('--limit <count>', 'records of a page (1 to 500)', toWholeNumber)
    .option('--cursor <cursor>', 'the next_cursor of the page before')
    .option('--modified-after <instant>', 'only what changed in the system at this instant or later')
    .option('--include-deleted', 'also what the system no longer has')
    .action((connection: string, entity: string, options: ListOptions, command: Command) =>
      run(command, async ({ context, output }) => {
        const { services } = await context();
        const page = await listRecords(services, { connection, entity, ...options });
        output.result(page, (colors) => renderRecords(page, colors));
      }),
    );
  records
    .command('show <connection> <entity> <id>')
    .description("one record, by our id or by the system's")
    .option('--raw', 'also as the system sent it')
    .action((connection: string, entity: string, id: string, options: { raw?: boolean }, command: Command) =>
      run(command, async ({ context, output }) => {
        const { services } = await context();
        const record = await showRecord(services, { connection, entity, id, includeRaw: options.raw ?? false });
        output.result(record, () => JSON.stringify(record, null, 2));
      }),
    );
}

/** A page as a table of the entity's main columns. */
function renderRecords(page: RecordsPage, colors: Colors): string {
  const [first] = page.records;
  if (!first) return 'No records.';
  const { columns } = entityRegistry[first.entity];
  const table = renderTable(
    colors,
    ['id', 'remote id', ...columns, ''],
    page.records.map((record) => [
      record.id,
      record.remote_id,
      ...columns.map((column) => cellOf(record, column)),
      deletedMark(record),
    ]),
  );
  return page.next_cursor === null ? table : `${table}\n\nMore with: --cursor ${page.next_cursor}`;
}

function deletedMark({ deleted_at }: RecordView): Cell {
  return deleted_at === null ? null : { text: 'deleted', style: 'dim' };
}

function cellOf({ data }: RecordView, column: string): Cell {
  const value: Json = data[column] ?? null;
  if (value === null || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.length;
  if (!isJsonObject(value)) return String(value);
  // A reference, an amount or a quantity.
  const { code, name, remote_id: remoteId, amount, currency, value: number, unit } = value;
  const texts = remoteId === undefined ? [amount ?? number, currency ?? unit] : [name ?? code ?? remoteId];
  return texts.filter((part) => typeof part === 'string').join(' ');
}
