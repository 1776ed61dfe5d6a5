import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { processEnvironment } from '../../../platform/config/config.ts';
import { resolveLocalPaths } from '../../../platform/local/paths.ts';
import { passwordFileOf, removeTryton, startTryton, stopTryton } from './index.ts';
import { isTrytonSeries, trytonSeries } from './series.ts';

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { series: { type: 'string', default: '8.0' }, fresh: { type: 'boolean', default: false } },
  });
  const { series, fresh } = values;
  if (!isTrytonSeries(series)) throw new Error(`Tryton ${series} is not known here.\n${usage()}`);
  const { cacheDir, stateDir } = await resolveLocalPaths(join(import.meta.dirname, '../../..'), {
    environment: processEnvironment(),
  });
  const [command] = positionals;
  if (command === 'stop') return stopTryton({ series, stateDir });
  if (command === 'clean') return removeTryton({ series, stateDir });
  if (command !== 'up')
    throw new Error(`${command === undefined ? 'No command was given' : `"${command}" is no command`}.\n${usage()}`);
  const server = await startTryton({ series, cacheDir, stateDir, fresh, onProgress });
  process.stdout.write(`Tryton ${server.version} ${server.adopted ? 'already runs' : 'is up'}, process ${server.pid}
url       ${server.url}
database  ${server.database}
user      ${server.user}
password  in ${passwordFileOf({ series, stateDir })}
`);
}

function onProgress(message: string): void {
  process.stderr.write(`${message}\n`);
}

function usage(): string {
  return `npx tsx test/support/tryton/main.ts <up | stop | clean> [--series ${trytonSeries.join(' | ')}] [--fresh]
  up     starts a seeded Tryton server, or finds the one that runs; --fresh gives it a new copy of the data
  stop   stops it; its data stays
  clean  stops it and deletes its data; the cache stays`;
}
