import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DeterminismViolationError } from '@temporalio/workflow';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import * as workflows from '../../workflows/index.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { type History, parseHistory } from './history-file.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(import.meta.dirname, 'histories');
const histories = readHistories();

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
});

test('each workflow has recorded histories', () => {
  const recorded = new Set(histories.map(({ history }) => workflowTypeOf(history)));
  expect([...recorded].toSorted()).toEqual(Object.keys(workflows).toSorted());
});

test('every history that was recorded replays with the workflows as they are now', async () => {
  const { code } = await bundleWorkflows();
  expect(await failuresOf(code)).toEqual([]);
});

test('workflows that call two activities in another order do not replay what they did before', async () => {
  const failures = await failuresOf(await bundleWithSwappedCalls());
  const connects = histories.filter(({ history }) => workflowTypeOf(history) === 'connect');
  expect(failures.map(({ name }) => name)).toEqual(connects.map(({ name }) => name));
  for (const { error } of failures) expect(error).toBeInstanceOf(DeterminismViolationError);
});

interface Recorded {
  /** Version and scenario. */
  readonly name: string;
  readonly history: History;
}

function readHistories(): Recorded[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  return names.toSorted().map((name) => ({ name, history: parseHistory(readFileSync(join(folder, name), 'utf8')) }));
}

function workflowTypeOf({ events }: History): string {
  return events?.[0]?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
}

/** What of the recorded histories does not replay with this code. */
async function failuresOf(code: string): Promise<{ name: string; error: Error }[]> {
  const failures: { name: string; error: Error }[] = [];
  const all = histories.map(({ name, history }) => ({ workflowId: name, history }));
  let replayed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { code } }, all)) {
    replayed += 1;
    if (error) failures.push({ name: workflowId, error });
  }
  expect(replayed).toBe(histories.length);
  return failures;
}

/** A bundle of a copy of the workflows in which `connect` makes its schedules before it checks the connection. */
async function bundleWithSwappedCalls(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), 'flows-replay-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  for (const name of ['node_modules', 'model', 'package.json']) symlinkSync(join(root, name), join(copy, name));
  await cp(join(root, 'workflows'), join(copy, 'workflows'), { recursive: true });
  const file = join(copy, 'workflows/connect.ts');
  const original = await readFile(file, 'utf8');
  const other: Readonly<Record<string, string>> = {
    checkConnection: 'ensureSchedules',
    ensureSchedules: 'checkConnection',
  };
  await writeFile(
    file,
    original.replaceAll(/(?<=\.)(checkConnection|ensureSchedules)(?=\b)/g, (name) => other[name] ?? name),
  );
  expect(await readFile(file, 'utf8')).not.toBe(original);
  const ignore = () => undefined;
  const logger = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
  return (await bundleWorkflowCode({ workflowsPath: join(copy, 'workflows/index.ts'), logger })).code;
}
