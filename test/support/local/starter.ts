import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./starter-program.ts', import.meta.url));

/** A second process that started something with a launcher and then waits to be ended. */
export interface Starter<Started> {
  readonly process: ChildProcess;
  readonly started: Started;
  /** SIGKILL: it runs none of its own clean-up. */
  kill(): Promise<void>;
}

/** Calls `exportName` of the launcher `module` (a path from the root) with `options`, in a process of its own. */
export async function startElsewhere<Started>(
  module: string,
  exportName: string,
  options: unknown,
): Promise<Starter<Started>> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, module, exportName, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the starter ended with ${code}`))),
  ])) as [string];
  return {
    process: child,
    started: JSON.parse(line) as Started,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
