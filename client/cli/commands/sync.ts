import { type Command, Option } from 'commander';
import { syncModes, type SyncMode } from '../../../model/sync.ts';
import { followRequests, type RequestProgress } from '../../operations/follow-requests.ts';
import { type RequestedSync, requestSync } from '../../operations/request-sync.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { formatCounts } from '../format.ts';
import type { Run, Session } from '../session.ts';
import { renderTable, styledStatus } from '../table.ts';

interface SyncOptions {
  readonly mode: SyncMode;
  readonly allowDeletes?: boolean;
  readonly wait: boolean;
}

/** `flows sync <connection> [entity]`. */
export function addSyncCommand(program: Command, run: Run): void {
  program
    .command('sync <connection> [entity]')
    .description('sync one entity of a connection now, or all of them')
    .addOption(new Option('--mode <mode>', 'what to read').choices(syncModes).default('incremental'))
    .option('--allow-deletes', 'let this run delete more records than is done without a person')
    .option('--no-wait', 'do not wait for the end')
    .action((connection: string, entity: string | undefined, options: SyncOptions, command: Command) =>
      run(command, (session) => runSync(session, { connection, entity, options })),
    );
}

async function runSync(
  session: Session,
  { connection, entity, options }: { connection: string; entity: string | undefined; options: SyncOptions },
): Promise<void> {
  const { services } = await session.context();
  const requested = await requestSync(services, {
    connection,
    ...(entity !== undefined && { entity }),
    mode: options.mode,
    allowDeletes: options.allowDeletes ?? false,
  });
  const notStarted = requested.filter((request) => request.not_started !== null);
  for (const { entity: name, not_started } of notStarted) session.output.note(`${name}: ${not_started}`);
  if (notStarted.length > 0) session.exitCode = exitCodes.retryLater;
  if (!options.wait || notStarted.length > 0) return showRequested(session, requested);
  const progress = session.output.progress();
  const ended = await followRequests(services, requested, {
    signal: session.interrupt(),
    onProgress: (list) => progress.update(list.map(toLine)),
  });
  session.exitCode = exitCodeAfter(ended);
  showEnded(session, ended);
}

function exitCodeAfter(ended: readonly RequestProgress[]): number {
  const bad = ended.find(({ state }) => state !== 'completed' && state !== 'partial');
  if (!bad) return exitCodes.ok;
  return bad.error ? exitCodeOf(bad.error.code) : exitCodes.failed;
}

function showRequested({ output }: Session, requests: readonly RequestedSync[]): void {
  output.result({ requests }, (colors) => {
    const rows = requests.map(({ entity, request_id, mode, not_started }) => [
      entity,
      request_id,
      mode,
      styledStatus(not_started === null ? 'running' : 'waiting'),
    ]);
    return renderTable(colors, ['entity', 'request', 'mode', 'state'], rows);
  });
}

function showEnded({ output }: Session, requests: readonly RequestProgress[]): void {
  output.result({ requests }, (colors) => {
    const rows = requests.map(({ entity, state, counts, execution_id, error }) => [
      entity,
      styledStatus(state),
      formatCounts(counts) || 'nothing new',
      execution_id,
      error ? `${error.code}: ${error.message}` : null,
    ]);
    return renderTable(colors, ['entity', 'state', 'records', 'execution', 'error'], rows);
  });
}

function toLine({ entity, state, counts }: RequestProgress) {
  const text = state === 'pending' ? 'no run has started yet' : formatCounts(counts);
  return { name: entity, state: state === 'taken' ? 'running' : state, text };
}
