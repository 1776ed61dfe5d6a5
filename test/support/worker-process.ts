import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '../../platform/config/config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const startMs = 90_000;

/** A real worker process. */
export interface WorkerProcess {
  readonly pid: number;
  /** What it has logged so far, a line each. */
  readonly log: readonly string[];
  /** SIGSTOP freezes it, SIGCONT lets it go on, SIGTERM asks it to end, SIGKILL ends it with nothing of its own clean-up. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGKILL'): void;
  /** Resolves with the exit code, or null where a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Ends it for good, in whatever state it is. */
  end(): Promise<void>;
}

export interface WorkerProcessOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly masterKey: string;
  readonly shutdownGraceMs?: number;
  /** Steps at a time; while fewer run, it asks the server for more. */
  readonly syncStepsMax?: number;
}

/** Starts `worker/main.ts` in a process of its own and waits until it takes work. */
export async function startWorkerProcess(options: WorkerProcessOptions): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'worker/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...processEnvironment(),
      DATABASE_URL: options.databaseUrl,
      TEMPORAL_ADDRESS: options.temporalAddress,
      TEMPORAL_NAMESPACE: options.namespace,
      FLOWS_MASTER_KEY: options.masterKey,
      FLOWS_LOG_LEVEL: 'info',
      ...(options.shutdownGraceMs !== undefined && { FLOWS_SHUTDOWN_GRACE_MS: String(options.shutdownGraceMs) }),
      ...(options.syncStepsMax !== undefined && { FLOWS_SYNC_STEPS_MAX: String(options.syncStepsMax) }),
    },
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const log: string[] = [];
  const started = new Promise<'started'>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      if (line.includes('Worker started')) resolve('started');
    });
  });
  const outcome = await Promise.race([started, exited.then((code) => `ended with ${code}`), timeout()]);
  if (outcome !== 'started') {
    await end();
    throw new Error(`The worker process ${outcome}. It wrote:\n${log.slice(-20).join('\n')}`);
  }
  return { pid: child.pid ?? 0, log, signal: (signal) => void child.kill(signal), exited, end };
}

/** Does not keep the process alive. */
function timeout(): Promise<string> {
  return delay(startMs, `was not ready within ${startMs} ms`, { ref: false });
}
