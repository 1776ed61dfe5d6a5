import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { processEnvironment } from '../platform/config/config.ts';
import { resolveLocalPaths } from '../platform/local/paths.ts';
import { startTemporal, stopTemporal } from '../platform/local/temporal.ts';
import { findTemporalBinary } from '../platform/local/temporal-binary.ts';
import { createFakeActivities, type FakeActivities } from '../test/support/fake-activities.ts';
import { toHistoryText } from '../test/replay/history-file.ts';
import { type Scenario, scenarios } from '../test/replay/scenarios.ts';
import { bundleWorkflows } from '../worker/bundle.ts';
import { runWorkers } from '../worker/workers.ts';
import { searchAttributeNames, taskQueues } from '../workflows/contract.ts';

const root = resolve(import.meta.dirname, '..');
const namespace = 'default';
/** Takes the place of process ids and host names. */
const identity = 'recorder';
const firstCallMs = 30_000;
/** A longer history (150 steps) is of the same steps again; its run after the continue-as-new is kept. */
const historyLengthMax = 100_000;

/**
 * `npx tsx scripts/record-histories.ts <version>`: runs every scenario of `test/replay/scenarios.ts` on a Temporal server
 * of its own and writes its history to `test/replay/histories/<version>/`. What a version has recorded may have run
 * somewhere and is not written again, unless `--replace` says that it has not.
 */
async function main([version, option]: readonly string[]): Promise<void> {
  if (version === undefined || !/^v\d+$/.test(version)) throw new Error('Say the version to record, e.g. v2.');
  const folder = join(root, 'test/replay/histories', version);
  if (option === '--replace') await rm(folder, { recursive: true, force: true });
  if (existsSync(folder)) throw new Error(`${folder} is there. Record a new version; --replace if this one never ran.`);
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const histories = await withServer((address) => recordAll(address));
  await mkdir(folder, { recursive: true });
  for (const [name, history] of histories) await writeFile(join(folder, `${name}.json`), history);
  console.log(`Recorded ${histories.size} histories in test/replay/histories/${version}/`);
}

async function withServer<T>(work: (address: string) => Promise<T>): Promise<T> {
  const environment = processEnvironment();
  const { cacheDir } = await resolveLocalPaths(root, { environment });
  const binary = await findTemporalBinary({ cacheDir, environment, onProgress: console.error });
  const stateDir = mkdtempSync(join(tmpdir(), 'flows-record-'));
  try {
    const searchAttributes = Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const]));
    const logFile = join(stateDir, 'temporal.log');
    const { address } = await startTemporal({ binary, stateDir, logFile, namespace, searchAttributes, ui: false });
    return await work(address);
  } finally {
    await stopTemporal(stateDir);
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function recordAll(address: string): Promise<Map<string, string>> {
  const [connection, native, workflowBundle] = await Promise.all([
    Connection.connect({ address }),
    NativeConnection.connect({ address }),
    bundleWorkflows(),
  ]);
  const { activities, fake } = createFakeActivities();
  const shared = { connection: native, namespace, identity };
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: taskQueues.workflow, workflowBundle }),
    Worker.create({ ...shared, taskQueue: taskQueues.sync, activities }),
    Worker.create({ ...shared, taskQueue: taskQueues.control, activities }),
  ]);
  const running = runWorkers(workers);
  const client = new Client({ connection, namespace, identity });
  const histories = new Map<string, string>();
  for (const scenario of scenarios) await record({ client, fake, histories }, scenario);
  for (const worker of workers) worker.shutdown();
  await running;
  await native.close();
  await connection.close();
  return histories;
}

interface Recording extends Pick<FakeActivities, 'fake'> {
  readonly client: Client;
  readonly histories: Map<string, string>;
}

/** Runs one scenario and adds the history of each run of its chain. */
async function record({ client, fake, histories }: Recording, scenario: Scenario): Promise<void> {
  const { name, workflow, workflowId, input } = scenario;
  const calls = fake(String((input as { connectionId?: string }).connectionId ?? workflowId), scenario.fakes);
  const handle = await client.workflow.start(workflow, { workflowId, taskQueue: taskQueues.workflow, args: [input] });
  if (scenario.cancelled) {
    const signal = AbortSignal.timeout(firstCallMs);
    while (calls.length === 0) await delay(20, undefined, { signal });
    await handle.cancel();
    scenario.cancelled.open();
  }
  // How it ends is part of the scenario.
  await handle.result().catch(() => undefined);
  const runIds = await chainOf(client, handle);
  for (const [index, runId] of runIds.entries()) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const text = toHistoryText(history);
    if (text.length <= historyLengthMax) histories.set(index === 0 ? name : `${name}-${index + 1}`, text);
  }
}

/** The run ids of a chain of runs that continued as new. */
async function chainOf(client: Client, handle: WorkflowHandle & { firstExecutionRunId: string }): Promise<string[]> {
  const runIds = [handle.firstExecutionRunId];
  for (let runId: string | undefined = runIds[0]; runId !== undefined; ) {
    const { events } = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
    if (runId !== undefined) runIds.push(runId);
  }
  return runIds;
}

await main(process.argv.slice(2));
