import type { Socket } from 'node:net';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPages } from '../../activities/sync/load-pages.ts';
import { transformPage } from '../../activities/sync/transform-page.ts';
import { startStepClock } from '../../activities/sync/step-clock.ts';
import type { PageRequest, RemotePage } from '../../connectors/connector.ts';
import { openBatch } from '../../store/batch.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { type StoredStream, storeStream, supplier } from '../support/stored-stream.ts';

const records = Array.from({ length: 46 }, (_, index) =>
  supplier(`S${String(index + 10)}`, { name: `record ${index}`, second: index }),
);
const perPage = 2;
/** The pool may give out the connection that was lost once more before it knows. */
const attemptsMax = 4;

/** Cuts the connection of one statement: before it is sent, or when it has been done and its answer is on the way. */
interface Cut {
  readonly statement: number;
  readonly moment: 'before' | 'after';
}

describe('S10 the connection to the store is lost at any statement of a step', () => {
  let db: TestDatabase;
  let observer: Database;
  let statements = 0;
  let commits: number[] = [];
  let cut: Cut | null = null;
  const next = (text: unknown) => {
    statements += 1;
    if (text === 'commit') commits.push(statements);
    return cut?.statement === statements ? cut.moment : null;
  };

  beforeAll(async () => {
    db = await openTestDatabase();
    observer = openDatabase(db.url, { applicationName: 'observer' });
    db.database.pool.on('connect', (client) => interceptStatements(client, next));
  });
  afterAll(async () => {
    await observer?.close();
    await db?.drop();
  });

  /** One attempt of a step, from what is stored. Gives whether the run has ended. */
  async function attempt(stream: StoredStream): Promise<boolean> {
    if ((await stream.read()).run_state === 'completed') return true;
    const run = await stream.begin();
    const end = {
      executionId: run.stream.run_execution_id ?? '',
      state: 'completed',
      error: null,
      watermark: null,
    } as const;
    const { isPassComplete } = await loadPages({
      database: db.database,
      session: { readPage },
      stream: run.stream,
      selection: { kind: 'snapshot', documentsFrom: null },
      pageSize: perPage,
      batch: run.context,
      transform: stream.transform,
      budget: { recordsMax: 1_000, elapsedMs: 60_000 },
      clock: startStepClock(() => performance.now()),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      closing: ({ isPassComplete: isLast }) => ({
        watermark: null,
        ...(isLast && { end: (counts: object) => ({ ...end, counts }) }),
      }),
    });
    return isPassComplete;
  }

  async function expectStoredUpToCheckpoint(stream: StoredStream): Promise<void> {
    const { checkpoint, run_state, sequence } = await stream.read();
    const stored = Object.keys(await stream.names()).length;
    expect(stored).toBe(sequence);
    const position = run_state === 'completed' ? records.length : checkpoint;
    expect(stored).toBe(position ?? 0);
  }

  async function runWith(planned: Cut | null): Promise<void> {
    const stream = await storeStream(db.database, observer);
    statements = 0;
    commits = [];
    cut = planned;
    let isDone = false;
    for (let attempts = 0; !isDone && attempts < attemptsMax; attempts++) {
      isDone = await attempt(stream).catch(() => false);
      cut = null;
      await expectStoredUpToCheckpoint(stream);
    }
    expect(isDone).toBe(true);
    const { run_counts, sequence } = await stream.read();
    expect(run_counts).toMatchObject({ read: records.length, created: records.length, unchanged: 0, pages: 23 });
    expect(sequence).toBe(records.length);
  }

  it('and nothing is lost, doubled or counted twice', async () => {
    await runWith(null);
    const everyStatement = Array.from({ length: statements }, (_, index) => index + 1);
    expect(commits.length).toBeGreaterThan(2);
    const cuts: Cut[] = [
      ...everyStatement.map((statement) => ({ statement, moment: 'before' }) as const),
      // Whether a statement was done matters where it is the commit; else the server forgets it.
      ...commits.map((statement) => ({ statement, moment: 'after' }) as const),
    ];
    for (const planned of cuts) {
      await runWith(planned).catch((error: unknown) => {
        throw new Error(`cut ${planned.moment} statement ${planned.statement}`, { cause: error });
      });
    }
  });

  it.each([0, 1])(
    'a batch of %i pages that waits for the next one when its connection is lost fails, and alone',
    async (pages) => {
      const stream = await storeStream(db.database, observer);
      const { context, commit } = await stream.begin();
      const waiting = await openBatch(db.database, context);
      const { rows } = transformPage(records.slice(0, pages), 1, stream.transform);
      if (pages > 0) await waiting.write(rows);
      await observer.pool.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and application_name = 'flows-test'`,
      );
      // The loss is noticed while nobody asks for anything on the connection.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await expect(waiting.write(rows)).rejects.toMatchObject({ code: 'store_unavailable' });
      await commit(records.slice(0, 2), { fetchNumber: 2 });
      expect(Object.keys(await stream.names()).length).toBe(2);
    },
  );
});

function readPage({ checkpoint }: PageRequest): Promise<RemotePage> {
  const start = typeof checkpoint === 'number' ? checkpoint : 0;
  const next = start + perPage < records.length ? start + perPage : null;
  return Promise.resolve({ items: records.slice(start, start + perPage), next, bytes: 1 });
}

type Query = (...values: unknown[]) => unknown;

function interceptStatements(client: pg.PoolClient, next: (text: unknown) => Cut['moment'] | null): void {
  const query = client.query.bind(client) as Query;
  const lose = () => (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
  const intercepted: Query = (...values) => {
    const moment = next(values[0]);
    if (moment === 'before') lose();
    const answer = query(...values);
    if (moment !== 'after' || !(answer instanceof Promise)) return answer;
    return answer.then(() => {
      lose();
      throw new Error('Connection terminated unexpectedly');
    });
  };
  Object.assign(client, { query: intercepted });
}
