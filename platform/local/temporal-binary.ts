import { FlowsError } from '../../model/errors/flows-error.ts';
import { type FindOptions, type InstallWay, installBinary } from './install-binary.ts';
import { join } from 'node:path';

import type { Environment } from './paths.ts';
import { findOnPath, runCommand } from './run-command.ts';
import { temporalDownload } from './temporal-download.ts';

/** The newest release that `go install` takes (later ones carry a replace line): server 1.29.1, Web UI 2.42.1. */
const temporalCliVersion = 'v1.5.1';

const versionTimeoutMs = 15_000;
const buildTimeoutMs = 20 * 60_000;
const advice =
  'Do one of these, then try again:\n' +
  '- install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH;\n' +
  '- set TEMPORAL_CLI_PATH to a `temporal` program;\n' +
  '- set TEMPORAL_ADDRESS to a Temporal server that runs already.';

/**
 * The Temporal CLI, which holds the dev server: `TEMPORAL_CLI_PATH`, `temporal` on `PATH`, our cache, a download, a
 * build with Go (about three minutes, once).
 * @throws FlowsError `configuration_invalid` when `TEMPORAL_CLI_PATH` names no such program, `engine_unavailable` when
 * there is no way to get it.
 */
export async function findTemporalBinary(options: FindOptions): Promise<string> {
  const { environment, onProgress } = options;
  const given = environment.TEMPORAL_CLI_PATH;
  if (given) {
    const problem = await problemWith(given, environment);
    if (problem === undefined) return given;
    throw new FlowsError(
      'configuration_invalid',
      `TEMPORAL_CLI_PATH is ${given}, which is no Temporal CLI: ${problem}.`,
    );
  }
  const found = await findOnPath('temporal', environment);
  if (found) {
    const problem = await problemWith(found, environment);
    if (problem === undefined) return found;
    onProgress(`leaving ${found} aside, which is no Temporal CLI: ${problem}`);
  }
  return installBinary(`temporal-${temporalCliVersion}`, {
    ...options,
    title: `the Temporal dev server (CLI ${temporalCliVersion})`,
    ways: [temporalDownload({ ...options, artifact: 'cli', version: temporalCliVersion }), buildWithGo(options)],
    advice,
  });
}

function buildWithGo({ environment, onProgress, signal }: FindOptions): InstallWay {
  return {
    name: 'build with go install (about 3 minutes on two cores, once)',
    install: async (folder) => {
      const go = await findOnPath('go', environment);
      if (!go) throw new Error('there is no `go` on PATH');
      await runCommand(go, {
        args: ['install', `github.com/temporalio/cli/cmd/temporal@${temporalCliVersion}`],
        env: { ...environment, GOBIN: folder },
        timeoutMs: buildTimeoutMs,
        signal,
        onTick: (seconds) => onProgress(`building the Temporal dev server with Go: ${seconds} s so far`),
      });
      return join(folder, 'temporal');
    },
  };
}

/** Other programs are called `temporal` too; ours says which server it carries. */
async function problemWith(binary: string, environment: Environment): Promise<string | undefined> {
  try {
    const version = await runCommand(binary, { args: ['--version'], env: environment, timeoutMs: versionTimeoutMs });
    return version.includes('Server ') ? undefined : `--version printed "${version.trim().slice(0, 100)}"`;
  } catch (error) {
    return (error as Error).message;
  }
}
