import { describe, expect, it } from 'vitest';
import { openChaosWorld } from '../support/chaos-world.ts';
import type { OrderSource } from '../support/order-source.ts';
import { waitFor, type World } from '../support/world.ts';

/** Ten pages are a batch, two batches may be open, and one page is worked on while the next one is asked for. */
const pagesAgainMax = 2 * 10 + 2;

describe.concurrent('a worker that is gone in the middle of a sync', () => {
  it('D2 killed at any moment, another goes on: nothing is lost or doubled, and few pages are read again', async ({
    onTestFinished,
  }) => {
    const { world, openSource, startWorker, attempts } = await openChaosWorld(onTestFinished);
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
    expect((await attempts(atLastPage)).map(({ outcome }) => outcome)).toEqual(['lost', 'completed']);
  });

  it('told to stop, it ends the step that runs and exits with success', async ({ onTestFinished }) => {
    const { openSource, startWorker, attempts } = await openChaosWorld(onTestFinished);
    const source = await openSource({ stallAtPage: 20, stallMs: 2_000 });
    const worker = await startWorker();
    await source.startSync();
    await source.stalled();
    worker.signal('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(await attempts(source)).toEqual([{ attempt: 1, outcome: 'completed', error_code: null }]);
    await source.expectWhole();
    expect(await source.pagesAsked()).toBe(source.pages);
  });

  it('told to stop with less time than the step needs, it gives the step back, and another takes it up', async ({
    onTestFinished,
  }) => {
    const { openSource, startWorker, attempts } = await openChaosWorld(onTestFinished);
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
    expect((await attempts(source)).map(({ outcome }) => outcome)).toEqual(['cancelled', 'completed']);
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
