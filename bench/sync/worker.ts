import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { processEnvironment } from '../../platform/config/config.ts';

/** How the local stack starts Node for a worker; the direct loop is started so, too. */
export const nodeArguments = ['--max-semi-space-size=32', '--import', 'tsx'] as const;

/** A worker in a process of its own. */
export interface BenchWorker {
  readonly pid: number;
  /** Ends it at once. */
  end(): Promise<void>;
}

export interface WorkerOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly masterKey: string;
}

const checkout = join(import.meta.dirname, '../..');
const startTimeoutMs = 90_000;
const logLinesMax = 20;

/** Starts `worker/main.ts` and waits until it takes work. */
export async function startWorker(options: WorkerOptions): Promise<BenchWorker> {
  const child = spawn(process.execPath, [...nodeArguments, 'worker/main.ts'], {
    cwd: checkout,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...processEnvironment(),
      DATABASE_URL: options.databaseUrl,
      TEMPORAL_ADDRESS: options.temporalAddress,
      TEMPORAL_NAMESPACE: options.namespace,
      FLOWS_MASTER_KEY: options.masterKey,
      FLOWS_LOG_LEVEL: 'info',
    },
  });
  const exited = once(child, 'exit').then(([code]) => `ended with ${String(code)}`);
  const end = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const log: string[] = [];
  const started = new Promise<'started'>((resolve) => {
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      if (log.length > logLinesMax) log.shift();
      if (line.includes('Worker started')) resolve('started');
    });
  });
  const timeout = delay(startTimeoutMs, `was not ready within ${startTimeoutMs} ms`, { ref: false });
  const outcome = await Promise.race([started, exited, timeout]);
  if (outcome === 'started') return { pid: child.pid ?? 0, end };
  await end();
  throw new Error(`The worker ${outcome}. It wrote:\n${log.join('\n')}`);
}
