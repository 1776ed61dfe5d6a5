import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processEnvironment } from '../../platform/config/config.ts';
import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { isAlive } from '../../platform/local/process-table.ts';
import { removeTryton, startTryton, type TrytonServer } from './tryton/index.ts';
import { isTrytonSeries, trytonSeries } from './tryton/series.ts';

/** The environment variable that chooses the series which tests run against. */
const seriesVariable = 'FLOWS_TEST_TRYTON_SERIES';

/** Installation and database, where the cache is empty. */
export const trytonStartTimeoutMs = 20 * 60_000;

/**
 * A fresh Tryton for one test process, 8.0 unless `FLOWS_TEST_TRYTON_SERIES` says otherwise. `remove` ends it and deletes
 * its data; so does the next run with what a killed one left.
 */
export async function startTrytonRun(): Promise<{ server: TrytonServer; remove: () => Promise<void> }> {
  const environment = processEnvironment();
  const series = environment[seriesVariable] || '8.0';
  if (!isTrytonSeries(series)) {
    throw new Error(
      `${seriesVariable} is "${series}", and the series that are known here are ${trytonSeries.join(', ')}.`,
    );
  }
  const paths = await resolveLocalPaths(join(import.meta.dirname, '../..'), { environment });
  const runsDir = join(paths.stateDir, 'tryton-runs');
  await removeDeadRuns(runsDir);
  const stateDir = join(runsDir, String(process.pid));
  const onProgress = (message: string): void => void process.stderr.write(`  ${message}\n`);
  const server = await startTryton({ series, cacheDir: paths.cacheDir, stateDir, fresh: true, onProgress });
  return { server, remove: () => removeRun(stateDir) };
}

async function removeDeadRuns(runsDir: string): Promise<void> {
  for (const name of await readdir(runsDir).catch(() => [])) {
    if (!isAlive(Number(name))) await removeRun(join(runsDir, name));
  }
}

async function removeRun(stateDir: string): Promise<void> {
  for (const series of trytonSeries) await removeTryton({ series, stateDir });
  await rm(stateDir, { recursive: true, force: true });
}
