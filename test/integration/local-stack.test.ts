import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { isAlive } from '../../platform/local/process-table.ts';
import { type LocalStack, resetStack, type StackOptions, startStack } from '../../platform/local/stack.ts';
import { startElsewhere } from '../support/local/starter.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

let cacheDir: string;

beforeAll(async () => {
  ({ cacheDir } = await resolveLocalPaths('.', { environment: process.env }));
});

const parts = {
  postgres: { database: 'flows', durable: false },
  temporal: { namespace: 'flows', searchAttributes: { FlowsKind: 'Keyword' }, ui: false, durable: true },
} as const;

function newStack(): StackOptions {
  const stateDir = temporaryFolder();
  chmodSync(stateDir, 0o755);
  onTestFinished(() => resetStack({ stateDir }));
  return { stateDir, cacheDir, environment: process.env, onProgress: () => undefined, parts };
}

function withProcess(options: StackOptions, script: string): StackOptions {
  const ready = async () => existsSync(join(options.stateDir, 'ready'));
  const worker = { name: 'worker', command: '/bin/sh', args: ['-c', script], env: { PATH: '/usr/bin:/bin' }, ready };
  return { ...options, parts: { ...parts, processes: () => [{ ...worker, cwd: options.stateDir }] } };
}

/** Pids of the stack's servers, from what the launchers noted. */
function pidsOf({ stateDir }: StackOptions): number[] {
  const postgres = Number(readFileSync(join(stateDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
  const { pid } = JSON.parse(readFileSync(join(stateDir, 'temporal.process.json'), 'utf8')) as { pid: number };
  return [postgres, pid];
}

test('all parts run until the stack is stopped, and none after', async () => {
  const options = withProcess(newStack(), 'touch ready; exec sleep 60');
  const stack = await startStack(options);
  expect(stack.postgres).toMatchObject({ source: 'local', url: expect.stringMatching(/^postgres:.*\/flows$/) });
  const pids = [...pidsOf(options), ...stack.processes.map(({ pid }) => pid)];
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  await stack.stop();
  expect(pids.map(isAlive)).toEqual([false, false, false]);
});

test('after a kill of the starter the servers are adopted and our own processes started anew', async () => {
  const options = withProcess(newStack(), 'touch ready; exec sleep 60');
  const elsewhere = { ...options, parts };
  const starter = await startElsewhere<LocalStack>(
    ...(['test/support/local/start-stack-with-sleeper.ts', 'startStackWithSleeper', elsewhere] as const),
  );
  await starter.kill();
  const left = pidsOf(options);
  const [oldProcess] = starter.started.processes;
  expect(isAlive(oldProcess?.pid ?? 0)).toBe(true);
  const stack = await startStack(options);
  expect(pidsOf(options)).toEqual(left);
  expect(isAlive(oldProcess?.pid ?? 0)).toBe(false);
  expect(stack.processes).toMatchObject([{ name: 'worker', adopted: false }]);
});

test('a stack that another process uses outlives the first that lets go', async () => {
  const options = newStack();
  const [first, second] = await Promise.all([startStack(options), startStack(options)]);
  const pids = pidsOf(options);
  await first.stop();
  expect(pids.map(isAlive)).toEqual([true, true]);
  await second.stop();
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('two checkouts run at once', async () => {
  const [a, b] = await Promise.all([startStack(newStack()), startStack(newStack())]);
  expect(a.postgres?.url).not.toBe(b.postgres?.url);
  expect(a.temporal?.address).not.toBe(b.temporal?.address);
});

test('a process that ends before it is ready fails the start, with its log, and nothing stays', async () => {
  const options = withProcess(newStack(), 'echo cannot do it; exit 3');
  const pids: number[] = [];
  const onProgress = (message: string) => {
    if (message.startsWith('Temporal')) pids.push(...pidsOf(options));
  };
  await expect(startStack({ ...options, onProgress })).rejects.toMatchObject({
    code: 'engine_unavailable',
    message: expect.stringMatching(/^Process worker ended with exit code 3; its log ends with:\ncannot do it/),
  });
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('an aborted start leaves no process', async () => {
  const options = newStack();
  const abort = new AbortController();
  const pids: number[] = [];
  const onProgress = (message: string) => {
    if (!message.startsWith('Temporal')) return;
    pids.push(...pidsOf(options));
    abort.abort(new Error('interrupted'));
  };
  const never = withProcess({ ...options, onProgress, signal: abort.signal }, 'sleep 60');
  await expect(startStack(never)).rejects.toThrow('interrupted');
  expect(pids.map(isAlive)).toEqual([false, false]);
});

test('servers named in the environment are used as they are', async () => {
  const environment = { DATABASE_URL: 'postgres://elsewhere/flows', TEMPORAL_ADDRESS: 'elsewhere:7233' };
  const options = { ...newStack(), environment };
  const stack = await startStack(options);
  expect(stack.postgres).toEqual({ url: 'postgres://elsewhere/flows', source: 'environment' });
  expect(stack.temporal).toEqual({ address: 'elsewhere:7233', uiUrl: undefined, source: 'environment' });
  expect(existsSync(join(options.stateDir, 'postgres'))).toBe(false);
});

test('a reset stops all and deletes the data', async () => {
  const options = newStack();
  await startStack(options);
  const pids = pidsOf(options);
  await resetStack(options);
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(existsSync(options.stateDir)).toBe(false);
});
