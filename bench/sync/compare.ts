import type { WorkerProcess } from '../../test/support/worker-process.ts';
import { prepareCopy, type RowCopy } from './copy.ts';
import { type DirectLoop, startDirectLoop } from './direct.ts';
import { dltModes, runDlt } from './dlt.ts';
import { type DltEnvironment, ensureDlt } from './dlt-environment.ts';
import type { Erp } from './erp.ts';
import { type Installation, openInstallation } from './installation.ts';
import { runColdSync, runInitialSync } from './product.ts';
import type { BenchStack } from './stack.ts';

/** Who loads the same orders, in the order in which they take turns. */
export const contenders = ['product', 'cold', 'direct', ...dltModes.map((mode) => `dlt-${mode}` as const), 'copy'] as const;
export type Contender = (typeof contenders)[number];

/** The times of one run. */
export interface Timing {
  readonly seconds: number;
  /** Of these, what went by before the first request. */
  readonly startSeconds?: number;
  /** Of these, what the loading itself took. */
  readonly loadSeconds?: number;
  /** Of the workflow's history. */
  readonly events?: number;
}

export interface Outcome {
  readonly contender: Contender;
  readonly timings: readonly Timing[];
  /** A contender that failed once is out, and has no figures. */
  readonly error?: string;
}

export interface CompareOptions {
  readonly stack: BenchStack;
  readonly erp: Erp;
  readonly chosen: readonly Contender[];
  readonly rounds: number;
  readonly profileFolder: string | undefined;
  readonly onProgress: (message: string) => void;
}

/** Lets the contenders load the same orders in turns, A B C … A B C …, each into empty tables. */
export async function compare(options: CompareOptions): Promise<readonly Outcome[]> {
  const { chosen, rounds, onProgress } = options;
  const field = await openField(options);
  const outcomes = new Map<Contender, { timings: Timing[]; error?: string }>();
  for (const contender of chosen) outcomes.set(contender, { timings: [] });
  try {
    for (let round = 1; round <= rounds; round += 1) {
      for (const [contender, outcome] of outcomes) {
        if (outcome.error !== undefined) continue;
        try {
          const timing = await field.run(contender);
          outcome.timings.push(timing);
          onProgress(`round ${round} of ${rounds}, ${contender}: ${timing.seconds.toFixed(2)} s`);
        } catch (error) {
          outcome.error = error instanceof Error ? error.message : String(error);
          onProgress(`round ${round} of ${rounds}, ${contender} failed: ${outcome.error}`);
        }
      }
    }
  } finally {
    await field.close();
  }
  return [...outcomes].map(([contender, { timings, error }]) =>
    error === undefined ? { contender, timings } : { contender, timings: [], error },
  );
}

interface Field {
  run(contender: Contender): Promise<Timing>;
  close(): Promise<void>;
}

/** What the contenders need, with the worker and the direct loop warmed up by one run each. */
async function openField(options: CompareOptions): Promise<Field> {
  const { stack, erp, chosen, onProgress } = options;
  const isChosen = (...names: readonly Contender[]) => names.some((name) => chosen.includes(name));
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const warm = await opened(openInstallation(stack, 'bench_warm'), closers);
    const cold = isChosen('cold') ? await opened(openInstallation(stack, 'bench_cold'), closers) : undefined;
    const worker = isChosen('product', 'copy') ? await warm.startWorker() : undefined;
    if (worker) closers.push(() => worker.end());
    let copy: RowCopy | undefined;
    if (worker) {
      onProgress('warming up the worker');
      await runWarm(warm, { stack, erp });
      if (isChosen('copy')) copy = await prepareCopy(warm.databaseUrl, stack.folder);
    }
    const direct = isChosen('direct') ? startDirectLoop({ installation: warm, ...options }) : undefined;
    if (direct) {
      closers.push(() => direct.close());
      onProgress('warming up the direct loop');
      await runDirect(direct, { installation: warm, stack, erp });
    }
    const dlt = isChosen('dlt-default', 'dlt-json', 'dlt-tuned', 'dlt-arrow')
      ? await ensureDlt({ cacheDir: stack.cacheDir, onProgress })
      : undefined;
    return { run: (contender) => runContender(contender, { ...options, warm, cold, direct, dlt, copy }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function opened(opening: Promise<Installation>, closers: (() => Promise<void>)[]): Promise<Installation> {
  const installation = await opening;
  closers.push(() => installation.close());
  return installation;
}
