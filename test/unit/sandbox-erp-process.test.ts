import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const main = fileURLToPath(new URL('../../platform/local/sandbox-erp/main.ts', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-erp-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('runs as a process: prints its address, writes a private state file, and removes it on SIGTERM', async () => {
  const stateFile = join(folder, 'state.json');
  const args = ['--import', 'tsx', main, '--records', '20', '--password', 'given', '--state-file', stateFile];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as { port: number; pid: number; users: { demo: string } };
    expect(JSON.parse(line)).toEqual({ listening: `http://127.0.0.1:${state.port}` });
    expect([state.pid, state.users.demo, statSync(stateFile).mode & 0o777]).toEqual([child.pid, 'given', 0o600]);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
  expect(existsSync(stateFile)).toBe(false);
});
