import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { processEnvironment } from '../../platform/config/config.ts';
import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { startPostgres } from '../../platform/local/postgres.ts';
import { startTemporal } from '../../platform/local/temporal.ts';
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
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  started ??= startServers();
  const { servers, stop } = await started;
  project.provide('servers', servers);
  return stop;
}

async function startServers() {
  const environment = processEnvironment();
  const paths = await resolveLocalPaths(checkout, { environment });
  const stateDir = join(paths.stateDir, 'test');
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
    await temporal.stop();
    await postgres.stop();
  };
  return { servers, stop };
}
