import { Readable } from 'node:stream';
import { main } from '../../client/cli/main.ts';
import { outputStream } from './output-stream.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `flows` command in this process, without a terminal, under the environment given and no other. */
export async function runCli(
  argv: readonly string[],
  options: { environment: Readonly<Record<string, string>>; stdin?: string },
): Promise<CliResult> {
  const [stdout, stderr] = [outputStream(), outputStream()];
  const stdin = Readable.from([options.stdin ?? '']) as unknown as NodeJS.ReadStream;
  const exitCode = await main(argv, {
    stdin,
    stdout,
    stderr,
    environment: options.environment,
    nowMs: () => Date.now(),
  });
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}
