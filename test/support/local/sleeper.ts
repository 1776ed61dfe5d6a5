import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A process that does nothing and is ended with the test; `uid` other than ours needs root. */
export function sleeper({ uid }: { readonly uid?: number } = {}): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['120'], { stdio: 'ignore', cwd: '/', ...(uid !== undefined && { uid }) });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child as ChildProcess & { readonly pid: number };
}
