import Table from 'cli-table3';
import type { Colors } from './colors.ts';
import { formatNumber, printable } from './format.ts';

/** What stands in a cell; nothing is shown for null. */
export type Cell = string | number | null | undefined | StyledText;

export interface StyledText {
  readonly text: string;
  readonly style: 'good' | 'bad' | 'warning' | 'dim';
}

/** Rows as columns without lines between them; numbers are aligned to the right. */
export function renderTable(colors: Colors, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumeric = (column: number) => rows.some((row) => typeof row[column] === 'number');
  const table = new Table({
    head: head.map((name) => colors.dim(name)),
    colAligns: head.map((_, column) => (isNumeric(column) ? 'right' : 'left')),
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push(row.map((cell) => renderCell(colors, cell)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The look of a status word. */
export function styledStatus(status: string): StyledText {
  return { text: status, style: statusStyles[status] ?? 'dim' };
}

const statusStyles: Readonly<Record<string, StyledText['style']>> = {
  active: 'good',
  completed: 'good',
  in_progress: 'good',
  running: 'good',
  partial: 'warning',
  waiting: 'warning',
  connecting: 'warning',
  paused: 'warning',
  failed: 'bad',
  unreachable: 'bad',
  reauthorization_required: 'bad',
  terminated: 'bad',
  timed_out: 'bad',
  lost: 'bad',
};

function renderCell(colors: Colors, cell: Cell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'number') return formatNumber(cell);
  if (typeof cell === 'string') return printable(cell);
  const paint = { good: colors.green, bad: colors.red, warning: colors.yellow, dim: colors.dim }[cell.style];
  return paint(printable(cell.text));
}

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
