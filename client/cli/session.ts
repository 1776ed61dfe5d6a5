import type { Command } from 'commander';
import { summarizeError } from '../../model/errors/flows-error.ts';
import { type Context, openContext } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { createOutput, type Output, type OutputStream } from './output.ts';

/** The outside of the command: what `main` takes from the process, and a test gives itself. */
export interface Outside {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** What one command works with. */
export interface Session extends Outside {
  readonly output: Output;
  /** Opened at the first call, and closed when the command ends. */
  readonly context: () => Promise<Context>;
  /** Aborted by Ctrl-C, from the first use on: what waits then ends, and what it waited for goes on. */
  readonly interrupt: () => AbortSignal;
  /** What the command ends with though it threw nothing. */
  exitCode: number;
}

/** Runs a command's work. Gives its exit code; errors are shown. */
export type Run = (command: Command, work: (session: Session) => Promise<void>) => Promise<void>;

/** A runner that hands the exit code of the command to `onEnd`. */
export function createRun(outside: Outside, onEnd: (exitCode: number) => void): Run {
  return async (command, work) => {
    const { json } = command.optsWithGlobals<{ json?: boolean }>();
    const output = createOutput(outside, { isJson: json ?? false, environment: outside.environment });
    let context: Promise<Context> | undefined;
    const interrupt = createInterrupt();
    const session: Session = {
      ...outside,
      output,
      context: () => (context ??= openContext(outside.environment)),
      interrupt: interrupt.signal,
      exitCode: exitCodes.ok,
    };
    try {
      await work(session);
      onEnd(session.exitCode);
    } catch (error) {
      onEnd(showFailure(output, error));
    } finally {
      interrupt.remove();
      await (await context?.catch(() => undefined))?.close();
    }
  };
}

function showFailure(output: Output, error: unknown): number {
  if (error instanceof Error && error.name === 'AbortError') {
    output.note('Interrupted. What was started goes on: see "flows status".');
    return exitCodes.interrupted;
  }
  output.error(error);
  return exitCodeOf(summarizeError(error).code);
}

function createInterrupt() {
  const controller = new AbortController();
  const abort = () => controller.abort();
  return {
    signal() {
      process.removeListener('SIGINT', abort);
      process.once('SIGINT', abort);
      return controller.signal;
    },
    remove: () => process.removeListener('SIGINT', abort),
  };
}
