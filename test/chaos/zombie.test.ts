import { describe, expect, it } from 'vitest';
import { workflowIds } from '../../workflows/contract.ts';
import { openChaosWorld } from '../support/chaos-world.ts';
import type { OrderSource } from '../support/order-source.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { waitFor, type World } from '../support/world.ts';

const stall = { stallAtPage: 26, stallMs: 3_000 };

describe.concurrent('a worker that froze in the middle of a sync, longer than its heartbeat may be missing', () => {
  it('D3 comes back when another has done its step, and changes nothing', async ({ onTestFinished }) => {
    const { world, openSource, startWorker, attempts } = await openChaosWorld(onTestFinished);
    const source = await openSource(stall);
    // It is full with the one step, so that the next attempt goes to the other worker at once.
    const zombie = await startWorker({ syncStepsMax: 1 });
    const request = await freeze({ world, source }, zombie);
    await startWorker();
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    const before = await everything(world, source);

    zombie.signal('SIGCONT');
    const first = await waitFor(async () => {
      const [attempt] = await attempts(source);
      return attempt === undefined || attempt.outcome === 'lost' ? null : attempt;
    });
    // Its worker learns of the lost heartbeat at about the time at which its commit is refused.
    expect(first.outcome).toMatch(/^(failed|cancelled)$/);
    expect(first.error_code ?? 'locked').toBe('locked');
    expect(await everything(world, source)).toEqual(before);
  });

  it('comes back with an attempt that is long given up, while another does the step, and does not disturb it', async ({
    onTestFinished,
  }) => {
    const { world, openSource, startWorker, attempts } = await openChaosWorld(onTestFinished);
    const source = await openSource(stall);
    // It has asked for a second step, so that the next attempt is given to it although it sleeps.
    const zombie = await startWorker({ syncStepsMax: 2 });
    const request = await freeze({ world, source }, zombie);
    await source.stallAgain();
    await startWorker();
    await source.stalled();
    zombie.signal('SIGCONT');
    expect(await source.ended(request)).toBe('completed');
    await source.expectWhole();
    const workflowId = workflowIds.requestedSync('full', source.connectionId, 'purchase_order', request);
    expect(await world.client.workflow.getHandle(workflowId).result()).toMatchObject({ outcome: 'completed' });
    expect(await attempts(source)).toContainEqual({ attempt: 2, outcome: 'cancelled', error_code: null });
  });
});

/** Starts the sync and freezes its worker while it waits for a page. */
async function freeze(flows: { world: World; source: OrderSource }, worker: WorkerProcess): Promise<string> {
  const { world, source } = flows;
  const request = await source.startSync();
  await source.stalled();
  // A worker frozen within a commit would hold the row's lock until Postgres ends its transaction.
  await waitFor(async () => ((await isCommitting(world)) ? null : true));
  expect((await source.stream()).sequence).toBeGreaterThan(0);
  worker.signal('SIGSTOP');
  return request;
}

async function isCommitting({ database }: World): Promise<boolean> {
  const { rowCount } = await database.pool.query(
    `select from pg_locks where relation = 'stream'::regclass and mode <> 'AccessShareLock'`,
  );
  return rowCount !== 0;
}

/** What a commit could touch, with the transaction that wrote each record last. */
async function everything({ database }: World, source: OrderSource): Promise<unknown> {
  const records = await database.pool.query('select id, sequence, xmin::text from record order by id');
  const outbox = await database.pool.query('select id, sequence_first, sequence_last from outbox order by id');
  return { stream: await source.stream(), records: records.rows, outbox: outbox.rows };
}
