import type { Command } from 'commander';
import { readConnection } from '../../../store/connections.ts';
import type { ConnectionView } from '../../operations/connection-view.ts';
import { listConnections } from '../../operations/list-connections.ts';
import { pauseConnection } from '../../operations/pause-connection.ts';
import { removeConnection } from '../../operations/remove-connection.ts';
import { type ConnectionTest, testConnection } from '../../operations/test-connection.ts';
import type { Colors } from '../colors.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatWhen } from '../format.ts';
import { confirm } from '../prompt.ts';
import type { Run, Session } from '../session.ts';
import { renderTable, styledStatus } from '../table.ts';

/** `flows connections list|pause|resume|remove|test`. */
export function addConnectionsCommand(program: Command, run: Run): void {
  const connections = program.command('connections').description('the systems that are connected');
  connections
    .command('list')
    .description('all connections')
    .option('--include-removed', 'also those that were removed')
    .action((options: { includeRemoved?: boolean }, command: Command) =>
      run(command, async ({ context, output, nowMs }) => {
        const { services } = await context();
        const list = await listConnections(services, { includeRemoved: options.includeRemoved ?? false });
        output.result({ connections: list }, (colors) => renderConnections(list, { colors, nowMs: nowMs() }));
      }),
    );
  for (const [name, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    connections
      .command(`${name} <connection>`)
      .description(`${name} all of a connection`)
      .action((connection: string, _options: object, command: Command) =>
        run(command, async (session) => {
          const { services } = await session.context();
          showConnection(session, await pauseConnection(services, { connection, paused }));
        }),
      );
  }
  connections
    .command('remove <connection>')
    .description('end a connection for good; its records stay')
    .option('--yes', 'do not ask')
    .action((connection: string, options: { yes?: boolean }, command: Command) =>
      run(command, (session) => runRemove(session, connection, options.yes ?? false)),
    );
  connections
    .command('test <connection>')
    .description('log in now and try each entity')
    .action((connection: string, _options: object, command: Command) =>
      run(command, (session) => runTest(session, connection)),
    );
}

async function runRemove(session: Session, connection: string, yes: boolean): Promise<void> {
  const { services } = await session.context();
  const { name } = await readConnection(services.database, connection);
  const what = `This ends the connection "${name}": its credentials are wiped and nothing is synced any more. Its records stay.`;
  await confirm({ input: session.stdin, output: session.stderr }, { yes, what, word: name });
  showConnection(session, await removeConnection(services, { connection }));
}

async function runTest(session: Session, connection: string): Promise<void> {
  const { services, secretBox } = await session.context();
  const options = { connection, signal: session.interrupt() };
  const result = await testConnection({ database: services.database, secretBox: await secretBox() }, options);
  const isGood = result.is_same_account && Object.values(result.entities).every(({ readable }) => readable);
  session.exitCode = isGood ? exitCodes.ok : exitCodes.failed;
  session.output.result(result, (colors) => renderTest(result, colors));
}

function renderTest({ connection, system_version, is_same_account, entities }: ConnectionTest, colors: Colors): string {
  const account = is_same_account ? '' : ' It is another account than the one that the connection was made for.';
  const rows = Object.entries(entities).map(([entity, check]) => [
    entity,
    check.readable ? { text: 'readable', style: 'good' as const } : { text: 'not readable', style: 'bad' as const },
    check.readable ? null : `${check.message} ${check.hint}`,
  ]);
  return `"${connection}" answers, version ${system_version}.${account}\n${renderTable(colors, ['entity', '', ''], rows)}`;
}

function showConnection({ output }: Session, connection: ConnectionView): void {
  output.result({ connection }, () => `${connection.name} (${connection.id}) is ${connection.status}.`);
}

function renderConnections(
  list: readonly ConnectionView[],
  { colors, nowMs }: { colors: Colors; nowMs: number },
): string {
  if (list.length === 0) return 'There are no connections yet. Make one with: flows connect <system> --name <name>';
  const rows = list.map(({ name, system, status, environment, id, created_at }) => [
    name,
    system,
    styledStatus(status),
    environment,
    id,
    formatWhen(created_at, nowMs),
  ]);
  return renderTable(colors, ['name', 'system', 'status', 'environment', 'id', 'made'], rows);
}
