import type { Command } from 'commander';
import { resolveLocalPaths } from '../../../platform/local/paths.ts';
import { resetStack } from '../../../platform/local/stack.ts';
import { migrate } from '../../../store/migrate.ts';
import { checkoutDir } from '../context.ts';
import { runDoctor } from '../doctor/doctor.ts';
import { confirm } from '../prompt.ts';
import type { Run } from '../session.ts';

/** `flows migrate|worker|reset|doctor`: what an operator needs. */
export function addOperateCommands(program: Command, run: Run): void {
  program
    .command('migrate')
    .description('bring the database up to this version')
    .action((_options: object, command: Command) =>
      run(command, async ({ context, output }) => {
        const { services } = await context();
        const applied = await migrate(services.database);
        output.result({ applied }, () =>
          applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`,
        );
      }),
    );
  program
    .command('worker')
    .description('run a worker until it is told to stop; all settings come from the environment')
    .action((_options: object, command: Command) =>
      run(command, async () => {
        // Loaded here only: its native parts take a second to load.
        const { runWorker } = await import('../../../worker/main.ts');
        await runWorker();
      }),
    );
  program
    .command('reset')
    .description('stop the local stack and delete its data')
    .option('--yes', 'do not ask')
    .action((options: { yes?: boolean }, command: Command) =>
      run(command, async ({ environment, output, stdin, stderr }) => {
        const { stateDir } = await resolveLocalPaths(checkoutDir, { environment });
        const what = `This stops the local stack and deletes everything in ${stateDir}: records, histories, connections, the master key.`;
        await confirm({ input: stdin, output: stderr }, { yes: options.yes ?? false, what, word: 'reset' });
        await resetStack({ stateDir });
        output.result({ deleted: stateDir }, () => `Deleted ${stateDir}.`);
      }),
    );
  program
    .command('doctor')
    .description('look at everything that Flows needs, and say how to repair what is wrong')
    .option('--systems', 'also log in to each connected system')
    .action((options: { systems?: boolean }, command: Command) =>
      run(command, (session) => runDoctor(session, { systems: options.systems ?? false })),
    );
}
