import type { Command } from 'commander';
import { type ChangesAnswer, listChanges } from '../../operations/list-changes.ts';
import type { Colors } from '../colors.ts';
import type { Run } from '../session.ts';
import { renderTable } from '../table.ts';
import { toWholeNumber } from './options.ts';

interface ChangesOptions {
  readonly cursor?: string;
  readonly limit?: number;
}

/** `flows changes <connection> [entity]`. */
export function addChangesCommand(program: Command, run: Run): void {
  program
    .command('changes <connection> [entity]')
    .description('what changed since a cursor, deletes included; each record in its newest state')
    .option('--cursor <cursor>', 'the cursor of the answer before; without it, everything that is stored')
    .option('--limit <count>', 'changes of an answer (1 to 500)', toWholeNumber)
    .action((connection: string, entity: string | undefined, options: ChangesOptions, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const request = { connection, ...(entity !== undefined && { entity }), ...options, nowMs: nowMs() };
        const answer = await listChanges(services, request);
        output.result(answer, (colors) => renderChanges(answer, colors));
      }),
    );
}

function renderChanges({ changes, cursor, has_more }: ChangesAnswer, colors: Colors): string {
  const next = `${has_more ? 'More' : 'What changes next'} with: --cursor ${cursor}`;
  if (changes.length === 0) return `No changes.\n\n${next}`;
  const rows = changes.map(({ changed_at, entity, id, remote_id, origin, deleted }) => [
    changed_at,
    entity,
    id,
    remote_id,
    origin,
    deleted ? { text: 'deleted', style: 'warning' as const } : null,
  ]);
  return `${renderTable(colors, ['changed', 'entity', 'id', 'remote id', 'origin', ''], rows)}\n\n${next}`;
}
