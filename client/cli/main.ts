import { CommanderError } from 'commander';
import { processEnvironment } from '../../platform/config/config.ts';
import { exitCodes } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { createRun, type Outside } from './session.ts';

/** The `flows` command: gives its exit code (see `exit-codes.ts`). `argv` is without the program's own name. */
export async function main(argv: readonly string[], outside: Outside): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const run = createRun(outside, (code) => {
    exitCode = code;
  });
  const program = createProgram(run, outside);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has written the help or what is wrong.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return exitCode;
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = await main(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: processEnvironment(),
    nowMs: () => Date.now(),
  });
}
