import { inject } from 'vitest';
import { openOrderSource, type OrderSource, type OrderSourceOptions } from './order-source.ts';
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './worker-process.ts';
import { openWorld, type World } from './world.ts';

export const pageSize = 50;

/** A world whose workers are processes that a test may treat badly. All of it ends with the test. */
export interface ChaosWorld {
  readonly world: World;
  /** A source of 2,000 orders, on 40 pages. */
  openSource(options: Pick<OrderSourceOptions, 'stallAtPage' | 'stallMs'>): Promise<OrderSource>;
  startWorker(options?: Pick<WorkerProcessOptions, 'shutdownGraceMs' | 'syncStepsMax'>): Promise<WorkerProcess>;
  /** The attempts of the steps of a source's syncs, by their number. */
  attempts(source: OrderSource): Promise<StepAttempt[]>;
}

export interface StepAttempt {
  readonly attempt: number;
  readonly outcome: string | null;
  readonly error_code: string | null;
}

export async function openChaosWorld(onTestFinished: (close: () => Promise<void>) => void): Promise<ChaosWorld> {
  const world = await openWorld({ workers: false });
  onTestFinished(() => world.close());
  return {
    world,
    async openSource(options) {
      const source = await openOrderSource(world, { records: 2_000, pageSize, delayMs: 20, ...options });
      onTestFinished(() => source.close());
      return source;
    },
    async startWorker(options = {}) {
      const { url: databaseUrl, namespace, masterKey } = world;
      const { temporalAddress } = inject('servers');
      const worker = await startWorkerProcess({ databaseUrl, temporalAddress, namespace, masterKey, ...options });
      onTestFinished(() => worker.end());
      return worker;
    },
    async attempts({ connectionId }) {
      const { rows } = await world.database.pool.query<StepAttempt>(
        `select a.attempt, a.outcome, a.error_code from attempt a join execution e on e.id = a.execution_id
         where e.connection_id = $1 and a.name = 'syncStep' order by a.attempt`,
        [connectionId],
      );
      return rows;
    },
  };
}
