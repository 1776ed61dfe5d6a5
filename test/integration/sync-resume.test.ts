import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';
import { taskQueues } from '../../workflows/contract.ts';

describe.concurrent('a run that breaks off, and runs that meet', () => {
  let world: World;
  const sources: Source[] = [];
  const open = async (options: SourceOptions = {}) => {
    const source = await openSource(world, {
      ...options,
      erp: { only: 'suppliers', records: 60, ...options.erp },
      settings: { page_size: 2, ...options.settings },
    });
    sources.push(source);
    return source;
  };
  /** The initial sync of the 20 suppliers, 2 a page, breaks off after 6 pages. */
  const brokenOff = { path: 'fault', body: { scenario: 'server_error', resource: 'suppliers', after: 6 } };
  const positions = async (source: Source) =>
    (await source.requests('/suppliers')).map(({ query }) => new URLSearchParams(query).get('after'));

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(sources.map((source) => source.close()));
  });

  it('S8 an initial sync that failed keeps its checkpoint, and the next run goes on from it', async () => {
    const source = await open({ before: [brokenOff] });
    expect(await source.stream('vendor')).toMatchObject({ run_state: 'failed', checkpoint: { after: 'SUP000012' } });
    expect((await source.stored('vendor')).size).toBe(12);
    await source.clearFaults();
    await source.clearRequests();
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect(await positions(source)).toEqual(['SUP000012', 'SUP000014', 'SUP000016', 'SUP000018']);
    expect(await source.difference('vendor')).toEqual({});
    const stream = await source.stream('vendor');
    expect(stream).toMatchObject({ run_kind: 'initial', checkpoint: null });
    expect(stream.run_counts).toMatchObject({ read: 20, created: 20, pages: 10 });
  });

  it('S8 what changed before the resumed initial sync ended is found by the next incremental run', async () => {
    const source = await open({ before: [brokenOff] });
    await source.control('change', { resource: 'suppliers', ids: ['SUP000001', 'SUP000019'] });
    await source.clearFaults();
    await source.sync('vendor');
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S8 S18 a checkpoint that the source does not know is dropped with the run, and the next one reads all anew', async () => {
    const source = await open({ before: [brokenOff] });
    await source.clearFaults();
    const { id } = await source.stream('vendor');
    await world.database.pool.query(`update stream set checkpoint = '{"token":"from another release"}' where id = $1`, [
      id,
    ]);
    expect(await source.sync('vendor')).toMatchObject({ state: 'failed', error: { code: 'cursor_expired' } });
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S18 a watermark from the future is put back to the clock of the source, and what changes now arrives', async () => {
    const source = await open();
    const { id } = await source.stream('vendor');
    await world.database.pool.query(`update stream set watermark = '2099-01-01T00:00:00.000000Z' where id = $1`, [id]);
    const { stamp } = await source.control('change', { resource: 'suppliers', count: 3 });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    const { watermark } = await source.stream('vendor');
    expect([(watermark ?? '') >= stamp, (watermark ?? '') < '2099']).toEqual([true, true]);
  });

  it('S18 a watermark that is no stamp fails the run and is left as it is', async () => {
    const source = await open();
    const { id } = await source.stream('vendor');
    await world.database.pool.query(`update stream set watermark = '1970' where id = $1`, [id]);
    expect(await source.sync('vendor')).toMatchObject({ state: 'failed', error: { code: 'bad_response' } });
    expect(await source.stream('vendor')).toMatchObject({ watermark: '1970' });
  });

  it('S12 while one run holds the stream, seven others that start end skipped', async () => {
    const source = await open();
    const { id: streamId } = await source.stream('vendor');
    await source.control('change', { resource: 'suppliers', count: 6 });
    // The first run waits with the stream in its hands until the others have ended.
    await source.fault({ scenario: 'rate_limit', retryAfter: 1, resource: 'suppliers' });
    const run = (name: string) =>
      world.client.workflow.execute('incrementalSync', {
        workflowId: `sync/${source.connection.id}/vendor/${name}`,
        taskQueue: taskQueues.workflow,
        args: [{ v: 1, connectionId: source.connection.id, streamId, entity: 'vendor', system: 'sandbox' }],
      });
    const first = run('first');
    await waitFor(async () =>
      (await source.requests('/suppliers')).some(({ status }) => status === 429) ? true : null,
    );
    const others = await Promise.all(Array.from({ length: 7 }, (_, index) => run(`other-${index}`)));
    expect(others.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 7 }, () => 'skipped'));
    await source.clearFaults();
    expect(await first).toMatchObject({ outcome: 'completed' });
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S12 a request made while a scheduled run reads is answered by the run that follows', async () => {
    const source = await open();
    await source.fault({ scenario: 'slow', delayMs: 200, times: 4 });
    await world.client.schedule.getHandle(`sync/${source.connection.id}/vendor`).trigger();
    const scheduled = await waitFor(async () => {
      const stream = await source.stream('vendor');
      return stream.run_state === 'running' ? stream.run_execution_id : null;
    });
    await source.control('change', { resource: 'suppliers', count: 3 });
    const request = await source.sync('vendor');
    expect(request.state).toBe('completed');
    expect(request.execution_id).not.toBe(scheduled);
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S12 a full sync finds the stream held and waits its turn', async () => {
    const source = await open();
    await source.fault({ scenario: 'slow', delayMs: 200, times: 4 });
    const [incremental, full] = await Promise.all([source.sync('vendor'), source.sync('vendor', 'full')]);
    expect([incremental.state, full.state]).toEqual(['completed', 'completed']);
    expect(await source.difference('vendor')).toEqual({});
  });

  it('a paused stream is not read', async () => {
    const source = await open();
    const { id: streamId, watermark } = await source.stream('vendor');
    await world.database.pool.query('update stream set paused = true where id = $1', [streamId]);
    await source.clearRequests();
    const result = await world.client.workflow.execute('incrementalSync', {
      workflowId: `sync/${source.connection.id}/vendor/paused`,
      taskQueue: taskQueues.workflow,
      args: [{ v: 1, connectionId: source.connection.id, streamId, entity: 'vendor', system: 'sandbox' }],
    });
    expect(result).toMatchObject({ outcome: 'skipped', reason: 'the stream is paused' });
    expect(await source.requests()).toEqual([]);
    expect(await source.stream('vendor')).toMatchObject({ watermark });
  });
});
