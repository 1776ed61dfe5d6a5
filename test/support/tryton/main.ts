import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { processEnvironment } from '../../../platform/config/config.ts';
import { resolveLocalPaths } from '../../../platform/local/paths.ts';
import { passwordFileOf, removeTryton, startTryton, stopTryton } from './index.ts';
import { isTrytonSeries, trytonSeries } from './series.ts';

const usage = `npx tsx test/support/tryton/main.ts <up | stop | clean> [--series ${trytonSeries.join(' | ')}] [--fresh]
  up     starts a seeded Tryton server, or finds the one that runs; --fresh gives it a new copy of the data
  stop   stops it; its data stays
  clean  stops it and deletes its data; the cache stays`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { series: { type: 'string', default: '8.0' }, fresh: { type: 'boolean', default: false } },
});
const [command] = positionals;
const { series, fresh } = values;

if (!isTrytonSeries(series)) {
  fail(`Tryton ${series} is not known here.`);
} else {
  const paths = await resolveLocalPaths(join(import.meta.dirname, '../../..'), { environment: processEnvironment() });
  const where = { series, stateDir: paths.stateDir };
  if (command === 'up') {
    const server = await startTryton({ ...where, cacheDir: paths.cacheDir, fresh, onProgress: console.error });
    console.log(`Tryton ${server.version} ${server.adopted ? 'already runs' : 'is up'}, process ${server.pid}`);
    console.log(`url       ${server.url}\ndatabase  ${server.database}\nuser      ${server.user}`);
    console.log(`password  in ${passwordFileOf(where)}`);
  } else if (command === 'stop') {
    await stopTryton(where);
  } else if (command === 'clean') {
    await removeTryton(where);
  } else {
    fail(command === undefined ? 'No command was given.' : `"${command}" is no command.`);
  }
}

function fail(problem: string): void {
  console.error(`${problem}\n${usage}`);
  process.exitCode = 2;
}
