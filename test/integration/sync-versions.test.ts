import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordId } from '../../model/ids.ts';
import { endRun, finishRun } from '../../store/runs.ts';
import { claimStream } from '../../store/streams.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { type StoredStream, storeStream, supplier } from '../support/stored-stream.ts';

describe('D5 a record never goes back to an older version', () => {
  let db: TestDatabase;
  let stream: StoredStream;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db?.drop());
  const open = async () => {
    stream = await storeStream(db.database);
    return stream.begin();
  };
  const at = (second: number) => supplier('A', { name: `at ${second}`, second });

  it('S13 a page of the snapshot that is older than what a webhook fetched since is dropped', async () => {
    const run = await open();
    const ofPage = await stream.nextFetchNumber();
    await stream.point([at(9)], await stream.nextFetchNumber());
    await run.commit([at(3)], { fetchNumber: ofPage });
    expect(await stream.names()).toEqual({ A: 'at 9' });
    expect((await stream.read()).run_counts).toMatchObject({ outdated: 1, created: 0 });
  });

  it('S13 a page of the snapshot that is newer than what a webhook fetched wins', async () => {
    const run = await open();
    await stream.point([at(3)], await stream.nextFetchNumber());
    await run.commit([at(9)], { fetchNumber: await stream.nextFetchNumber() });
    expect(await stream.names()).toEqual({ A: 'at 9' });
  });

  it.each([0, 1, 2, 3])(
    'S13 a webhook at page border %i of a snapshot leaves each record at its newest',
    async (border) => {
      const run = await open();
      const pages = [['A'], ['B'], ['C']];
      for (const [index, ids] of pages.entries()) {
        const fetchNumber = await stream.nextFetchNumber();
        const items = ids.map((id) => supplier(id, { name: `page ${index}`, second: 5 }));
        if (index === border)
          await stream.point([supplier('B', { name: 'webhook', second: 7 })], await stream.nextFetchNumber());
        await run.commit(items, { fetchNumber });
      }
      if (border === 3)
        await stream.point([supplier('B', { name: 'webhook', second: 7 })], await stream.nextFetchNumber());
      expect(await stream.names()).toEqual({ A: 'page 0', B: 'webhook', C: 'page 2' });
    },
  );

  it('what was fetched before a run read on is not committed beside it: it is to be fetched again', async () => {
    const run = await open();
    const early = await stream.nextFetchNumber();
    await run.commit([at(3)], { fetchNumber: await stream.nextFetchNumber() });
    await expect(stream.point([at(9)], early)).rejects.toMatchObject({ code: 'version_conflict' });
    expect(await stream.names()).toEqual({ A: 'at 3' });
  });

  it('of two answers with one stamp the one asked for later counts, in whichever order they are committed', async () => {
    for (const order of [[0, 1] as const, [1, 0] as const]) {
      await open();
      const numbers = [await stream.nextFetchNumber(), await stream.nextFetchNumber()];
      for (const index of order) {
        await stream.point([supplier('A', { name: `answer ${index}`, second: 5 })], numbers[index] ?? 0);
      }
      expect(await stream.names()).toEqual({ A: 'answer 1' });
    }
  });

  it('a page asked for before a delete was found does not bring the record back', async () => {
    const run = await open();
    await run.commit([at(3)], { fetchNumber: await stream.nextFetchNumber() });
    const ofPage = await stream.nextFetchNumber();
    const ofDelete = await stream.nextFetchNumber();
    const gone = { recordIds: [recordId(stream.lineageId, 'vendor', 'A')], fetchNumber: ofDelete };
    await run.commit([], { fetchNumber: ofDelete, progress: { gone } });
    await run.commit([at(3)], { fetchNumber: ofPage });
    expect(await stream.names()).toEqual({ A: 'deleted' });
    await run.commit([at(9)], { fetchNumber: await stream.nextFetchNumber() });
    expect(await stream.names()).toEqual({ A: 'at 9' });
  });

  it('a delete that was found before the record was read again does not remove it', async () => {
    const run = await open();
    const ofDelete = await stream.nextFetchNumber();
    await run.commit([at(3)], { fetchNumber: await stream.nextFetchNumber() });
    const gone = { recordIds: [recordId(stream.lineageId, 'vendor', 'A')], fetchNumber: ofDelete };
    await run.commit([], { fetchNumber: ofDelete, progress: { gone } });
    expect(await stream.names()).toEqual({ A: 'at 3' });
  });

  it('within a page that repeats a record the newest version counts, wherever it stands', async () => {
    const run = await open();
    await run.commit([at(3), at(9), at(5)], { fetchNumber: await stream.nextFetchNumber() });
    expect(await stream.names()).toEqual({ A: 'at 9' });
    expect((await stream.read()).sequence).toBe(1);
  });

  it("S12 a zombie's commit under a claim that was taken over changes nothing, nor does its end", async () => {
    const zombie = await open();
    const heir = await stream.begin();
    const fetchNumber = await stream.nextFetchNumber();
    await expect(zombie.commit([at(3)], { fetchNumber })).rejects.toMatchObject({ code: 'locked' });
    const end = { executionId: 'exec_zombie', state: 'completed', error: null, watermark: null, counts: {} } as const;
    await expect(finishRun(db.database, zombie.context.claim, end)).rejects.toMatchObject({ code: 'locked' });
    expect(await stream.names()).toEqual({});
    await heir.commit([at(9)], { fetchNumber });
    expect(await stream.names()).toEqual({ A: 'at 9' });
  });

  it('D3 a stream that a live execution holds is busy, and of many claims at once one is given', async () => {
    await open();
    const { holder_workflow_id: holder } = await stream.read();
    const claim = (name: string, closed: string | null) =>
      claimStream(db.database, stream.id, {
        holder: { workflowId: name, runId: name },
        isClosed: ({ workflowId }) => Promise.resolve(workflowId === closed),
      });
    expect(await claim('other', null)).toMatchObject({ outcome: 'busy' });
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => claim(`heir ${index}`, holder)));
    expect(outcomes.filter(({ outcome }) => outcome === 'claimed').length).toBe(1);
  });

  it('a batch that does not continue the stored checkpoint is refused', async () => {
    const run = await open();
    const fetchNumber = await stream.nextFetchNumber();
    await run.commit([at(3)], { fetchNumber });
    const stale = { fetchNumber, progress: { checkpointNumber: run.stream.checkpoint_number } };
    await expect(run.commit([at(9)], stale)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await stream.names()).toEqual({ A: 'at 3' });
  });

  it('S14 a record whose own flag says deleted is a tombstone, and lives again when the flag is gone', async () => {
    await open();
    await stream.point([at(3)], await stream.nextFetchNumber());
    const flagged = stream.point([at(9)], await stream.nextFetchNumber(), { deleted: true });
    expect(await flagged).toMatchObject({ deleted: 1, changed: 0 });
    expect(await stream.names()).toEqual({ A: 'deleted' });
    await stream.point([at(11)], await stream.nextFetchNumber());
    expect(await stream.names()).toEqual({ A: 'at 11' });
  });

  it('ends a run once: a second end changes nothing', async () => {
    const run = await open();
    const end = { executionId: run.stream.run_execution_id ?? '', error: null, watermark: null, counts: {} };
    await finishRun(db.database, run.context.claim, { ...end, state: 'completed' });
    const ended = await stream.read();
    const client = await db.database.pool.connect();
    await endRun(client, run.context.claim, { ...end, executionId: 'exec_other', state: 'failed' });
    client.release();
    expect(await stream.read()).toEqual(ended);
  });
});
