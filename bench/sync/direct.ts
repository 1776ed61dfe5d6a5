import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { processEnvironment } from '../../platform/config/config.ts';
import type { DirectAnswer } from './direct-loop.ts';
import type { Erp } from './erp.ts';
import type { Installation } from './installation.ts';
import { requireLoaded, unifiedTables } from './sums.ts';
import { nodeArguments } from './worker.ts';

/** A process that runs syncs without Temporal. */
export interface DirectLoop {
  /** The initial sync of a new stream, checked against the source. Gives the seconds that the loop took. */
  run(erp: Erp): Promise<number>;
  close(): Promise<void>;
}

export interface DirectOptions {
  readonly installation: Installation;
  /** Where to write a CPU profile of the process. */
  readonly profileFolder: string | undefined;
}

export function startDirectLoop({ installation, profileFolder }: DirectOptions): DirectLoop {
  const profiled = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
  const child = fork(join(import.meta.dirname, 'direct-loop.ts'), {
    execArgv: [...profiled, ...nodeArguments],
    env: {
      ...processEnvironment(),
      DATABASE_URL: installation.databaseUrl,
      FLOWS_MASTER_KEY: installation.masterKey,
    },
  });
  const exited = once(child, 'exit');
  return {
    async run(erp) {
      child.send(await installation.connect(erp));
      const answer = await answerOf(child, exited);
      if ('error' in answer) throw new Error(`The direct loop failed: ${answer.error}`);
      await requireLoaded(installation.databaseUrl, unifiedTables('record'), erp.holds);
      return answer.seconds;
    },
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function answerOf(child: ChildProcess, exited: Promise<unknown[]>): Promise<DirectAnswer> {
  const answer = once(child, 'message').then(([message]) => message as DirectAnswer);
  const end = exited.then(([code]): DirectAnswer => ({ error: `its process ended with ${String(code)}` }));
  return Promise.race([answer, end]);
}
