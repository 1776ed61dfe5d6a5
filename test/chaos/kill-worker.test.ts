import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { openOrderSource, type OrderSource, type OrderSourceOptions } from '../support/order-source.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

const pageSize = 50;
/** Ten pages are a batch, two batches may be open, and one page is worked on while the next one is asked for. */
const pagesAgainMax = 2 * 10 + 2;

describe('a worker that is gone in the middle of a sync', () => {
  let world: World;
  const open: { end(): Promise<void> }[] = [];

  beforeAll(async () => {
    world = await openWorld({ workers: false });
  });
  afterEach(async () => {
    for (const { end } of open.splice(0).toReversed()) await end();
  });
  afterAll(() => world?.close());

  async function openSource(options: Pick<OrderSourceOptions, 'stallAtPage' | 'stallMs'>): Promise<OrderSource> {
    const source = await openOrderSource(world, { records: 2_000, pageSize, delayMs: 20, ...options });
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
    const [atFirstPage, inOpenBatch, inCommit, atLastPage] = await Promise.all([
      openSource({ stallAtPage: 1 }),
      openSource({ stallAtPage: 26 }),
      openSource({ stallAtPage: 26, stallMs: 4_000 }),
      openSource({ stallAtPage: 40 }),
    ]);
    const sources = [atFirstPage, inOpenBatch, inCommit, atLastPage];
    const first = await startWorker();
    const requests = await Promise.all(sources.map((source) => source.startSync()));
    await inCommit.stalled();
    const commit = await holdCommit(world, inCommit);
    await Promise.all([atFirstPage.stalled(), inOpenBatch.stalled(), commit.isWaitedFor(), atLastPage.stalled()]);
    first.signal('SIGKILL');
    await first.exited;
    await commit.release();
    await Promise.all(sources.map((source) => source.goOn()));

    await startWorker();
    for (const [index, source] of sources.entries()) {
      expect(await source.ended(requests[index] ?? '')).toBe('completed');
      await source.expectWhole();
      expect(await source.pagesAsked()).toBeLessThanOrEqual(source.pages + pagesAgainMax);
    }
    expect(await attemptsOf(world, atLastPage)).toEqual(['lost', 'completed']);
  });

  it('told to stop, it ends the step that runs and exits with success', async () => {
    const source = await openSource({ stallAtPage: 20, stallMs: 2_000 });
    const worker = await startWorker();
    await source.startSync();
    await source.stalled();
    worker.signal('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(await attemptsOf(world, source)).toEqual(['completed']);
    await source.expectWhole();
    expect(await source.pagesAsked()).toBe(source.pages);
  });

  it('told to stop with less time than the step needs, it gives the step back, and another takes it up', async () => {
    const source = await openSource({ stallAtPage: 20 });
    const first = await startWorker({ shutdownGraceMs: 0 });
    const request = await source.startSync();
    await source.stalled();
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    await source.goOn();
    await startWorker();
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    expect(await attemptsOf(world, source)).toEqual(['cancelled', 'completed']);
    expect(await source.pagesAsked()).toBeLessThanOrEqual(source.pages + pagesAgainMax);
  });
});

/** Locks a stream's row, so that the next commit waits for it. */
async function holdCommit({ database }: World, { streamId }: OrderSource) {
  const client = await database.pool.connect();
  await client.query('begin');
  await client.query('select from stream where id = $1 for update', [streamId]);
  return {
    isWaitedFor: () =>
      waitFor(async () => {
        const { rowCount } = await database.pool.query(
          `select from pg_stat_activity where datname = current_database() and application_name = 'flows-worker'
             and wait_event_type = 'Lock' and query like '%from stream where id = $1 for update%'`,
        );
        return rowCount ? true : null;
      }),
    async release() {
      await client.query('rollback');
      client.release();
    },
  };
}

/** How the attempts of a source's steps ended, in the order in which they started. */
async function attemptsOf({ database }: World, { connectionId }: OrderSource): Promise<(string | null)[]> {
  const { rows } = await database.pool.query<{ outcome: string | null }>(
    `select a.outcome from attempt a join execution e on e.id = a.execution_id
     where e.connection_id = $1 and a.name = 'syncStep' order by a.started_at`,
    [connectionId],
  );
  return rows.map(({ outcome }) => outcome);
}
