import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { processEnvironment } from '../../platform/config/config.ts';
import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { removePostgres, startPostgres } from '../../platform/local/postgres.ts';
import { isAlive } from '../../platform/local/process-table.ts';
import { startTemporal, stopTemporal } from '../../platform/local/temporal.ts';
import { findTemporalBinary } from '../../platform/local/temporal-binary.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { searchAttributeNames } from '../../workflows/contract.ts';

/** What the tests find started: real servers, shared by all test files, and the workflows bundled once. */
export interface TestServers {
  readonly postgresUrl: string;
  readonly temporalAddress: string;
  readonly workflowBundlePath: string;
  readonly cacheDir: string;
  readonly stateDir: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers;
  }
}

const checkout = join(import.meta.dirname, '../..');
let started: Promise<{ servers: TestServers; stop: () => Promise<void> }> | undefined;

/** Called once per kind of test; the servers are started for the first and stopped after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  started ??= startServers();
  const { servers, stop } = await started;
  project.provide('servers', servers);
  return stop;
}

async function startServers() {
  const environment = processEnvironment();
  const paths = await resolveLocalPaths(checkout, { environment });
  const runsDir = join(paths.stateDir, 'test-runs');
  await removeDeadRuns(runsDir);
  // One folder a run: two runs at once do not stop each other's servers.
  const stateDir = join(runsDir, String(process.pid));
  await mkdir(stateDir, { recursive: true });
  const onProgress = (message: string) => console.error(`  ${message}`);
  const postgres = await startPostgres({
    dataDir: join(stateDir, 'postgres'),
    cacheDir: paths.cacheDir,
    durable: false,
    logFile: join(stateDir, 'postgres.log'),
  });
  const temporal = await startTemporal({
    binary: await findTemporalBinary({ cacheDir: paths.cacheDir, environment, onProgress }),
    stateDir,
    namespace: 'default',
    searchAttributes: Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const])),
    logFile: join(stateDir, 'temporal.log'),
    ui: false,
  });
  const workflowBundlePath = join(stateDir, 'workflow-bundle.js');
  await writeFile(workflowBundlePath, (await bundleWorkflows()).code);
  const servers: TestServers = {
    postgresUrl: postgres.url('postgres'),
    temporalAddress: temporal.address,
    workflowBundlePath,
    cacheDir: paths.cacheDir,
    stateDir,
  };
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    await removeRun(stateDir);
  };
  return { servers, stop };
}

/** Stops and removes what runs left behind that were killed. */
async function removeDeadRuns(runsDir: string): Promise<void> {
  const names = await readdir(runsDir).catch(() => []);
  for (const name of names) {
    if (!isAlive(Number(name))) await removeRun(join(runsDir, name));
  }
}

async function removeRun(stateDir: string): Promise<void> {
  await stopTemporal(stateDir);
  await removePostgres(join(stateDir, 'postgres'));
  await rm(stateDir, { recursive: true, force: true });
}
