import { Command } from 'commander';
import { addChangesCommand } from './commands/changes.ts';
import { addConnectCommand } from './commands/connect.ts';
import { addConnectionsCommand } from './commands/connections.ts';
import { addExecutionsCommand } from './commands/executions.ts';
import { addOperateCommands } from './commands/operate.ts';
import { addQuarantineCommand } from './commands/quarantine.ts';
import { addRecordsCommand } from './commands/records.ts';
import { addSchedulesCommand } from './commands/schedules.ts';
import { addStatusCommand } from './commands/status.ts';
import { addSyncCommand } from './commands/sync.ts';
import type { OutputStream } from './output.ts';
import type { Run } from './session.ts';

/** The `flows` command with all that it can do. */
export function createProgram(run: Run, streams: { stdout: OutputStream; stderr: OutputStream }): Command {
  const program = new Command('flows')
    .description('Keeps ERP, CMMS and inventory systems in sync.')
    .option('--json', 'answer with one JSON document on standard output')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('("flows --help" lists the commands)')
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .exitOverride();
  addConnectCommand(program, run);
  addSyncCommand(program, run);
  addStatusCommand(program, run);
  addRecordsCommand(program, run);
  addChangesCommand(program, run);
  addExecutionsCommand(program, run);
  addSchedulesCommand(program, run);
  addConnectionsCommand(program, run);
  addQuarantineCommand(program, run);
  addOperateCommands(program, run);
  return program;
}
