import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A process that does nothing and is ended with the test. */
export function sleeper(): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['120'], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child as ChildProcess & { readonly pid: number };
}
