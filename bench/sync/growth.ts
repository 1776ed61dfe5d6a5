import type { BenchStream } from './connect-stream.ts';
import type { Erp } from './erp.ts';
import { type IncrementalRun, leaveOverlap, runIncremental } from './incremental.ts';
import { type Installation, openInstallation } from './installation.ts';
import { peakMemoryMib, resetPeakMemory } from './memory.ts';
import { runFullSync, runInitialSync } from './product.ts';
import type { BenchStack } from './stack.ts';
import type { BenchWorker } from './worker.ts';

/** What was measured with so many records stored, all of it through Temporal. */
export interface SizeFigures {
  readonly records: number;
  readonly initialSeconds: number;
  readonly events: number;
  /** Of a worker that was started for this: before it reads anything, and at most while it reads all. */
  readonly memoryBeforeMib: number;
  readonly memoryPeakMib: number;
  readonly incremental: readonly IncrementalRun[];
  /** A full sync with nothing changed; its error where it failed. */
  readonly unchanged: { readonly seconds: number; readonly rowsWritten: number } | { readonly error: string };
}

export interface GrowthOptions {
  readonly stack: BenchStack;
  /** Two ERPs, the second with more records. */
  readonly erps: readonly [Erp, Erp];
  readonly onProgress: (message: string) => void;
}

/** More than the loads have, since each is short. */
const incrementalRounds = 7;

/** Measures two installations side by side that differ only in how many records they hold. */
export async function measureGrowth({ stack, erps, onProgress }: GrowthOptions): Promise<SizeFigures[]> {
  const sizes: Size[] = [];
  try {
    for (const erp of erps) {
      onProgress(`initial sync of ${erp.holds.orders} records by a new worker`);
      await stack.settle();
      sizes.push(await openSize(stack, erp));
    }
    // The first one of each warms up.
    for (let round = 0; round <= incrementalRounds; round += 1) {
      for (const size of sizes) {
        const run = await runIncremental(size.installation, size);
        if (round > 0) size.incremental.push(run);
      }
      onProgress(
        round === 0 ? 'incremental syncs, warmed up' : `incremental syncs, round ${round} of ${incrementalRounds}`,
      );
    }
    const figures: SizeFigures[] = [];
    for (const size of sizes) {
      onProgress(`full sync of ${size.erp.holds.orders} records, nothing changed`);
      const unchanged = await resync(size).catch((error: unknown) => ({ error: String(error) }));
      figures.push({ ...size, records: size.erp.holds.orders, unchanged });
    }
    return figures;
  } finally {
    for (const { worker, installation } of sizes) {
      await worker.end();
      await installation.close();
    }
  }
}

interface Size extends Omit<SizeFigures, 'records' | 'unchanged'> {
  readonly erp: Erp;
  readonly installation: Installation;
  readonly worker: BenchWorker;
  readonly stream: BenchStream;
  readonly incremental: IncrementalRun[];
}

async function openSize(stack: BenchStack, erp: Erp): Promise<Size> {
  const installation = await openInstallation(stack, `bench_${erp.holds.orders}`);
  const worker = await installation.startWorker();
  const memoryBeforeMib = await resetPeakMemory(worker.pid);
  // Some orders of the sample are as new as the ERP.
  await leaveOverlap(erp);
  const stream = await installation.connect(erp);
  const { seconds, events } = await runInitialSync(installation, stream, erp);
  const memoryPeakMib = await peakMemoryMib(worker.pid);
  const measured = { initialSeconds: seconds, events, memoryBeforeMib, memoryPeakMib };
  return { ...measured, erp, installation, worker, stream, incremental: [] };
}

async function resync({ installation, stream, erp }: Size) {
  const { pool } = installation.database;
  const { rows: before } = await pool.query<{ id: string }>('select pg_current_xact_id()::text as id');
  const { seconds, counts } = await runFullSync(installation, stream);
  if (counts.read !== erp.holds.orders) throw new Error(`The full sync read ${counts.read} of ${erp.holds.orders}.`);
  // Transactions are numbered in order, and a row names the one that wrote it.
  const { rows: written } = await pool.query<{ rows: number }>(
    'select count(*) as rows from record where xmin::text::bigint > $1',
    [before[0]?.id],
  );
  return { seconds, rowsWritten: written[0]?.rows ?? Number.NaN };
}
