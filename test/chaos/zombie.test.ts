import { afterEach, expect, inject, it } from 'vitest';
import { type OrderSource, openOrderSource } from '../support/order-source.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

const pageSize = 50;
/** Records of the two batches before the page that stalls. */
const committedRecords = 20 * pageSize;
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

it('D3 a worker that froze and comes back after another took over changes nothing', async () => {
  const world = await openWorld({ workers: false });
  open.push(() => world.close());
  const source = await openOrderSource(world, { records: 2_000, pageSize, delayMs: 20, stallAtPage: 26, stallMs: 3_000 });
  open.push(() => source.close());
  const zombie = await startWorker(world);
  const request = await source.startSync();
  await source.stalled();
  // A worker frozen within a commit would hold the row's lock until Postgres ends its transaction.
  await waitFor(async () => ((await source.stream()).sequence === committedRecords ? true : null));
  zombie.signal('SIGSTOP');

  await startWorker(world);
  expect(await source.ended(request)).toBe('completed');
  await source.expectWhole();
  const before = await everything(world, source);

  zombie.signal('SIGCONT');
  const [first] = await waitFor(async () => {
    const attempts = await attemptsOf(world, source);
    return attempts[0]?.outcome === 'lost' ? null : attempts;
  });
  expect(first).toEqual({ attempt: 1, outcome: 'failed', error_code: 'version_conflict' });
  expect(await everything(world, source)).toEqual(before);
});

async function startWorker({ url: databaseUrl, namespace, masterKey }: World): Promise<WorkerProcess> {
  const { temporalAddress } = inject('servers');
  const worker = await startWorkerProcess({ databaseUrl, temporalAddress, namespace, masterKey });
  open.push(() => worker.end());
  return worker;
}

/** What a commit could touch, with the transaction that wrote each record last. */
async function everything({ database }: World, source: OrderSource): Promise<unknown> {
  const records = await database.pool.query('select id, sequence, xmin::text from record order by id');
  const outbox = await database.pool.query('select id, sequence_first, sequence_last from outbox order by id');
  return { stream: await source.stream(), records: records.rows, outbox: outbox.rows };
}

interface Attempt {
  readonly attempt: number;
  readonly outcome: string | null;
  readonly error_code: string | null;
}

async function attemptsOf({ database }: World, { connectionId }: OrderSource): Promise<Attempt[]> {
  const { rows } = await database.pool.query<Attempt>(
    `select a.attempt, a.outcome, a.error_code from attempt a join execution e on e.id = a.execution_id
     where e.connection_id = $1 and a.name = 'syncStep' order by a.started_at`,
    [connectionId],
  );
  return rows;
}
