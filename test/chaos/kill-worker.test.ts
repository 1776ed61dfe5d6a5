import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openOrderSource, type OrderSource, type OrderSourceOptions } from '../support/order-source.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

const pageSize = 50;
/** Ten pages are a batch, two batches may be open, and one page is worked on while the next one is asked for. */
const pagesAgainMax = 2 * 10 + 2;

describe('a worker that is gone in the middle of a sync', () => {
  let world: World;
  const open: { end(): Promise<void> }[] = [];

  beforeEach(async () => {
    world = await openWorld({ workers: false });
  });
  afterEach(async () => {
    for (const { end } of open.splice(0).toReversed()) await end();
    await world?.close();
  });

  async function openSource(options: Partial<OrderSourceOptions> = {}): Promise<OrderSource> {
    const source = await openOrderSource(world, { records: 2_000, pageSize, delayMs: 40, ...options });
    open.push({ end: () => source.close() });
    return source;
  }

  async function startWorker(options: { shutdownGraceMs?: number } = {}): Promise<WorkerProcess> {
    const { temporalAddress } = inject('servers');
    const { url: databaseUrl, namespace, masterKey } = world;
    const worker = await startWorkerProcess({ databaseUrl, temporalAddress, namespace, masterKey, ...options });
    open.push(worker);
    return worker;
  }

  it('D2 killed at any moment, another goes on: nothing is lost or doubled, and few pages are read again', async () => {
    const [beforeFirstPage, inTheMiddle, inCommit, atLastPage] = await Promise.all([
      openSource(),
      openSource({ records: 4_000 }),
      openSource(),
      openSource(),
    ]);
    const sources = [beforeFirstPage, inTheMiddle, inCommit, atLastPage];
    await beforeFirstPage.fault({ scenario: 'slow', resource: 'purchase-orders', delayMs: 120_000 });
    await atLastPage.fault({ scenario: 'slow', resource: 'purchase-orders', delayMs: 120_000, after: 39 });
    const first = await startWorker();
    const requests = await Promise.all(sources.map((source) => source.startSync()));
    const holdingCommit = await holdCommit(world, inCommit);
    await Promise.all([
      waitFor(async () => ((await beforeFirstPage.pagesAsked()) > 0 ? true : null)),
      inTheMiddle.committed(1_000),
      holdingCommit.isWaitedFor(),
      waitFor(async () => ((await atLastPage.pagesAsked()) === 40 ? true : null)),
    ]);
    first.signal('SIGKILL');
    await first.exited;
    await holdingCommit.release();
    await Promise.all(sources.map((source) => source.clearFaults()));
    expect((await inTheMiddle.stream()).run_state).toBe('running');

    await startWorker();
    for (const [index, source] of sources.entries()) {
      expect(await source.ended(requests[index] ?? '')).toBe('completed');
      await source.expectWhole();
      const pages = (await source.stream()).sequence / pageSize;
      expect(await source.pagesAsked()).toBeLessThanOrEqual(pages + pagesAgainMax);
    }
  });

  it('told to stop, it ends the step that runs and exits with success; another goes on with the rest', async () => {
    const source = await openSource();
    const first = await startWorker();
    const request = await source.startSync();
    await source.committed(500);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    expect(await attemptsOf(world)).toEqual([{ attempt: 1, outcome: 'completed' }]);
    await startWorker();
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    expect(await source.pagesAsked()).toBe((await source.stream()).sequence / pageSize);
  });

  it('told to stop with less time than the step needs, it gives the step back, and another takes it up at once', async () => {
    const source = await openSource({ records: 4_000, delayMs: 80 });
    const first = await startWorker({ shutdownGraceMs: 0 });
    const request = await source.startSync();
    await source.committed(500);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    await startWorker();
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    const attempts = await attemptsOf(world);
    expect(attempts).toEqual([
      { attempt: 1, outcome: 'cancelled' },
      { attempt: 2, outcome: 'completed' },
    ]);
    expect(await source.pagesAsked()).toBeLessThanOrEqual((await source.stream()).sequence / pageSize + pagesAgainMax);
  });
});

/** Locks a stream's row, so that a commit waits for it. */
async function holdCommit({ database }: World, source: OrderSource) {
  await source.committed(500);
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query('select from stream where id = $1 for update', [source.streamId]);
  return {
    async isWaitedFor() {
      await waitFor(async () => {
        const { rowCount } = await database.pool.query(
          `select from pg_locks where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`,
        );
        return rowCount ? true : null;
      });
    },
    async release() {
      await client.query('rollback');
      client.release();
    },
  };
}

async function attemptsOf({ database }: World): Promise<{ attempt: number; outcome: string | null }[]> {
  const { rows } = await database.pool.query<{ attempt: number; outcome: string | null }>(
    `select attempt, outcome from attempt where name = 'syncStep' order by started_at`,
  );
  return rows;
}
