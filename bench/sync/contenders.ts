import { prepareCopy } from './copy.ts';
import { startDirectLoop } from './direct.ts';
import { type DltMode, runDlt } from './dlt.ts';
import { ensureDlt } from './dlt-environment.ts';
import type { Erp } from './erp.ts';
import { type Installation, openInstallation } from './installation.ts';
import { runColdSync, runInitialSync } from './product.ts';
import type { BenchStack } from './stack.ts';

/** The times of one load of all orders, in seconds. */
export interface Timing {
  readonly seconds: number;
  /** Of these, what went by before it began to load. */
  readonly startSeconds?: number;
  /** Of these, what the loading itself took. */
  readonly loadSeconds?: number;
}

/** One that loads the orders, from nothing into empty tables each time, and checks what it has loaded. */
export interface Contender {
  run(): Promise<Timing>;
  close(): Promise<void>;
}

/** What all contenders have in common. */
export interface Ground {
  readonly stack: BenchStack;
  readonly erp: Erp;
  /** Where to write a CPU profile of the direct loop. */
  readonly profileFolder: string | undefined;
  readonly onProgress: (message: string) => void;
}

/** The contenders by name, in the order in which they take turns. Those that keep running have been warmed up by one run. */
export const contenders = {
  product: openProduct,
  cold: openCold,
  direct: openDirect,
  'dlt-default': openDlt('default'),
  'dlt-json': openDlt('json'),
  'dlt-tuned': openDlt('tuned'),
  'dlt-arrow': openDlt('arrow'),
  copy: openCopy,
} as const satisfies Readonly<Record<string, (ground: Ground) => Promise<Contender>>>;
export type ContenderName = keyof typeof contenders;

/** Through Temporal, by a worker that runs already: the service as it is used. */
async function openProduct({ stack, erp }: Ground): Promise<Contender> {
  const installation = await openInstallation(stack, 'bench_product');
  const worker = await installation.startWorker();
  const run = async () => {
    await makeEmpty(installation, stack);
    const { seconds } = await runInitialSync(installation, await installation.connect(erp), erp);
    return { seconds };
  };
  return warmedUp(run, async () => {
    await worker.end();
    await installation.close();
  });
}

/** Through Temporal, by a worker that is started for it. */
async function openCold({ stack, erp }: Ground): Promise<Contender> {
  const installation = await openInstallation(stack, 'bench_cold');
  return {
    async run() {
      await makeEmpty(installation, stack);
      return runColdSync(installation, erp);
    },
    close: () => installation.close(),
  };
}

/** The same loop without Temporal. */
async function openDirect({ stack, erp, profileFolder }: Ground): Promise<Contender> {
  const installation = await openInstallation(stack, 'bench_direct');
  const loop = startDirectLoop({ installation, profileFolder });
  const run = async () => {
    await makeEmpty(installation, stack);
    return { seconds: await loop.run(erp) };
  };
  return warmedUp(run, async () => {
    await loop.close();
    await installation.close();
  });
}

function openDlt(mode: DltMode): (ground: Ground) => Promise<Contender> {
  return async ({ stack, erp, onProgress }) => {
    const environment = await ensureDlt({ cacheDir: stack.cacheDir, onProgress });
    onProgress(`${environment.packages.join(', ')}; ${environment.pythonVersion}`);
    return { run: () => runDlt(erp, { stack, environment, mode }), close: async () => undefined };
  };
}

/** The limit: a COPY of the very rows that a sync stores. */
async function openCopy({ stack, erp }: Ground): Promise<Contender> {
  const installation = await openInstallation(stack, 'bench_copy');
  const loop = startDirectLoop({ installation, profileFolder: undefined });
  try {
    await loop.run(erp);
    const copy = await prepareCopy(installation.databaseUrl, stack.folder);
    return {
      async run() {
        await stack.settle();
        return { seconds: await copy.run(erp) };
      },
      close: () => installation.close(),
    };
  } finally {
    await loop.close();
  }
}

async function makeEmpty(installation: Installation, stack: BenchStack): Promise<void> {
  await installation.empty();
  await stack.settle();
}

async function warmedUp(run: Contender['run'], close: Contender['close']): Promise<Contender> {
  try {
    await run();
    return { run, close };
  } catch (error) {
    await close();
    throw error;
  }
}
