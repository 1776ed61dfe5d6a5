import { type Command, Option } from 'commander';
import { connectorFor } from '../../../connectors/registry.ts';
import { connect } from '../../operations/connect.ts';
import type { ConnectionView } from '../../operations/connection-view.ts';
import { followConnect, followInitialSyncs, type InitialSyncProgress } from '../../operations/follow-connect.ts';
import { readCredentials, readSettings } from '../connection-input.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { formatCounts } from '../format.ts';
import type { Run, Session } from '../session.ts';
import { renderTable, styledStatus } from '../table.ts';
import { collect, toWholeNumber } from './options.ts';

interface ConnectOptions {
  readonly name: string;
  readonly set: readonly string[];
  readonly settingsFile?: string;
  readonly credentialsFile?: string;
  readonly windowDays: number;
  readonly environment: 'live' | 'test';
  readonly wait: boolean;
}

/** `flows connect <system>`. */
export function addConnectCommand(program: Command, run: Run): void {
  program
    .command('connect <system>')
    .description('connect to a system, find out what it has, and start the first syncs')
    .requiredOption('--name <name>', 'what the connection is called here')
    .option('--set <key=value>', 'a setting of the connector, such as url=…; may be repeated', collect, [])
    .option('--settings-file <file>', 'settings as a JSON object; - is standard input')
    .option(
      '--credentials-file <file>',
      'secrets as a JSON object; - is standard input; else FLOWS_CREDENTIALS, else asked for',
    )
    .option('--window-days <days>', 'how far back documents are taken in (1 to 3650)', toWholeNumber, 90)
    .addOption(
      new Option('--environment <kind>', 'what kind of data it holds').choices(['live', 'test']).default('test'),
    )
    .option('--no-wait', 'do not wait for the first syncs')
    .action((system: string, options: ConnectOptions, command: Command) =>
      run(command, (session) => runConnect(session, { system, options })),
    );
}

async function runConnect(
  session: Session,
  { system, options }: { system: string; options: ConnectOptions },
): Promise<void> {
  const connector = connectorFor(system);
  const settings = await readSettings(connector, options, session.stdin);
  const credentials = await readCredentials(connector, options.credentialsFile, session);
  const context = await session.context();
  const services = { ...context.services, engine: context.services.engine, secretBox: await context.secretBox() };
  const { name, windowDays, environment } = options;
  const made = await connect(services, { system, name, settings, credentials, windowDays, environment });
  if (!options.wait) return showConnection(session, made, null);
  session.output.note(`Connecting to ${connector.title} …`);
  const connection = await followConnect(services, made.id, { signal: session.interrupt() });
  session.output.note(`Connected (version ${connection.system_version ?? 'unknown'}). First syncs:`);
  const progress = session.output.progress();
  const streams = await followInitialSyncs(services, made.id, {
    signal: session.interrupt(),
    onProgress: (list) => progress.update(list.map(toLine)),
  });
  const failed = streams.find(({ error }) => error !== null);
  session.exitCode = failed?.error ? exitCodeOf(failed.error.code) : exitCodes.ok;
  showConnection(session, connection, streams);
}

function showConnection(
  { output }: Session,
  connection: ConnectionView,
  streams: readonly InitialSyncProgress[] | null,
): void {
  output.result({ connection, ...(streams && { streams }) }, (colors) => {
    const title = `${connection.name} (${connection.id}) is ${connection.status}.`;
    if (!streams) return `${title} Follow it with: flows status "${connection.name}"`;
    const rows = streams.map(({ entity, state, counts, error }) => [
      entity,
      styledStatus(state ?? 'waiting'),
      formatCounts(counts, ['created', 'quarantined']),
      error ? `${error.code}: ${error.message}` : null,
    ]);
    return `${title}\n${renderTable(colors, ['entity', 'state', 'records', 'error'], rows)}`;
  });
}

function toLine({ entity, state, counts }: InitialSyncProgress) {
  return { name: entity, state: state ?? 'waiting', text: formatCounts(counts, ['read', 'created', 'quarantined']) };
}
