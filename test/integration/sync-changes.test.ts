import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, type World } from '../support/world.ts';

const minuteMs = 60_000;
const now = '2026-11-01T08:00:30.000000Z';

describe.concurrent('what changes in the source arrives, once', () => {
  let world: World;
  const sources: Source[] = [];
  const open = async (options: SourceOptions = {}) => {
    const source = await openSource(world, {
      ...options,
      erp: { only: 'suppliers', records: 60, now, clock: 'fixed', ...options.erp },
    });
    sources.push(source);
    return source;
  };

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(sources.map((source) => source.close()));
  });

  it('S1 equal stamps over page borders: all arrive, and reading them again writes no row', async () => {
    const source = await open({ settings: { page_size: 7 } });
    await source.control('create', { resource: 'suppliers', count: 20 });
    await source.sync('vendor');
    const before = await source.stored('vendor');
    await source.control('create', { resource: 'suppliers', count: 5 });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    const after = await source.stored('vendor');
    expect([...before].map(([id, { xmin }]) => [id, xmin])).toEqual(
      [...before.keys()].map((id) => [id, after.get(id)?.xmin]),
    );
    expect((await source.stream('vendor')).run_counts).toMatchObject({ created: 5, changed: 0, unchanged: 20 });
  });

  it('S2 a commit that shows later than its stamp says, but within the overlap, is found by the next run', async () => {
    const source = await open();
    await source.fault({ scenario: 'late_commit', holdMs: 2 * minuteMs });
    await source.control('change', { resource: 'suppliers', count: 3 });
    await source.control('create', { resource: 'suppliers', count: 2 });
    await source.clearFaults();
    await source.control('change', { resource: 'suppliers', ids: ['SUP000015'] });
    await source.sync('vendor');
    expect((await source.stored('vendor')).size).toBe(20);
    await source.control('clock', { advanceMs: 3 * minuteMs });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S2 a commit that shows later than the overlap reaches back is found by the reconcile', async () => {
    const source = await open();
    await source.fault({ scenario: 'late_commit', holdMs: 20 * minuteMs });
    await source.control('create', { resource: 'suppliers', count: 2 });
    await source.clearFaults();
    await source.control('clock', { advanceMs: 15 * minuteMs });
    await source.sync('vendor');
    await source.control('clock', { advanceMs: 15 * minuteMs });
    await source.sync('vendor');
    expect((await source.stored('vendor')).size).toBe(20);
    await source.sync('vendor', 'reconcile');
    expect(await source.difference('vendor')).toEqual({});
    expect((await source.stream('vendor')).run_counts).toMatchObject({ created: 2 });
  });

  it.each([60 * minuteMs, -60 * minuteMs])(
    'S3 changes that are stamped while the clock of the source is %i ms off arrive, and the watermark is that clock',
    async (offsetMs) => {
      const source = await open();
      await source.fault({ scenario: 'clock_skew', offsetMs });
      const { stamp } = await source.control('change', { resource: 'suppliers', count: 4 });
      await source.sync('vendor');
      expect(await source.difference('vendor')).toEqual({});
      expect((await source.stream('vendor')).watermark).toBe(stamp);
      await source.clearFaults();
      await source.control('change', { resource: 'suppliers', count: 4 });
      await source.sync('vendor');
      expect(await source.difference('vendor')).toEqual({});
      expect((await source.stream('vendor')).watermark).toBe(now);
    },
  );

  it('S3 what is stamped after the clock of the source went back an hour is found by the reconcile at the latest', async () => {
    const source = await open();
    await source.fault({ scenario: 'clock_skew', offsetMs: 60 * minuteMs });
    await source.sync('vendor');
    await source.clearFaults();
    await source.control('change', { resource: 'suppliers', count: 2 });
    await source.control('clock', { advanceMs: 15 * minuteMs });
    await source.sync('vendor');
    await source.sync('vendor', 'reconcile');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S3 a stamp in the future does not move the watermark past the clock of the source', async () => {
    const source = await open();
    await source.control('change', { resource: 'suppliers', count: 1, at: '2027-11-01T08:00:00.000000Z' });
    await source.sync('vendor');
    expect((await source.stream('vendor')).watermark).toBe(now);
    await source.control('change', { resource: 'suppliers', ids: ['SUP000015'] });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S4 stamps cut to the minute: what is stamped before the last run, in its minute, is found by the next one', async () => {
    const source = await open();
    await source.sync('vendor');
    await source.control('change', { resource: 'suppliers', count: 5, at: '2026-11-01T08:00:00.000000Z' });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it.each(['full', 'incremental'] as const)(
    'S6 S7 rows that change, come and go while a pass (%s) turns its pages are right after the next run',
    async (mode) => {
      const source = await open({ erp: { clock: 'running' }, settings: { page_size: 4 } });
      await source.control('change', { resource: 'suppliers', count: 20 });
      await source.fault({ scenario: 'slow', resource: 'suppliers', delayMs: 60 });
      const running = source.sync('vendor', mode);
      for (let step = 0; step < 6; step++) {
        await source.control('change', { resource: 'suppliers', count: 3 });
        await source.control('create', { resource: 'suppliers', id: `SUP00000${step}A` });
        await source.control('delete', { resource: 'suppliers', ids: [`SUP00001${step}`] });
      }
      await running;
      await source.sync('vendor');
      expect(await source.difference('vendor')).toEqual({});
    },
  );

  it('S9 only the sign of the source ends a pass: short and empty pages do not', async () => {
    const source = await open({ settings: { page_size: 10 } });
    await source.control('change', { resource: 'suppliers', count: 20 });
    await source.fault({ scenario: 'short_page', resource: 'suppliers', rows: 0, times: 1 });
    await source.fault({ scenario: 'short_page', resource: 'suppliers', rows: 3, after: 1, times: 2 });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    expect((await source.stream('vendor')).run_counts).toMatchObject({ read: 20, changed: 20 });
  });

  it('S9 a last page that is exactly full loses nothing and repeats nothing', async () => {
    const source = await open({ settings: { page_size: 5 } });
    expect(await source.difference('vendor')).toEqual({});
    expect((await source.stream('vendor')).run_counts).toMatchObject({ read: 20, created: 20 });
  });

  it('rows that a page repeats from the one before are stored once', async () => {
    const source = await open({ settings: { page_size: 5 } });
    await source.control('change', { resource: 'suppliers', count: 20 });
    await source.fault({ scenario: 'duplicate', resource: 'suppliers', rows: 2 });
    const { sequence } = await source.stream('vendor');
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    const stream = await source.stream('vendor');
    expect(stream.run_counts['read']).toBeGreaterThan(20);
    expect(stream.sequence - sequence).toBe(20);
  });

  it.each(['full', 'incremental'] as const)(
    'D11 a run (%s) that finds nothing new writes no record row',
    async (mode) => {
      const source = await open();
      await source.control('change', { resource: 'suppliers', count: 20 });
      await source.sync('vendor');
      const before = await source.stored('vendor');
      const { sequence } = await source.stream('vendor');
      await source.sync('vendor', mode);
      expect(await source.stored('vendor')).toEqual(before);
      const stream = await source.stream('vendor');
      expect(stream.sequence).toBe(sequence);
      expect(stream.run_counts).toMatchObject({ read: 20, unchanged: 20, raw_only: 0 });
    },
  );

  it('D11 a change of the raw form alone is stored and is no change for readers', async () => {
    const source = await open();
    const before = (await source.stored('vendor')).get('SUP000003');
    await source.control('change', { resource: 'suppliers', ids: ['SUP000003'], touch: true });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    const after = (await source.stored('vendor')).get('SUP000003');
    expect(after).toMatchObject({ data: before?.data, sequence: before?.sequence });
    expect(after?.raw).not.toEqual(before?.raw);
    expect((await source.stream('vendor')).run_counts).toMatchObject({ raw_only: 1, changed: 0 });
  });

  it('a change without a stamp is found by the reconcile', async () => {
    const source = await open();
    await source.control('change', { resource: 'suppliers', count: 2, silent: true, fields: { Name: 'Renamed' } });
    await source.sync('vendor', 'reconcile');
    expect(await source.difference('vendor')).toEqual({});
    expect((await source.stream('vendor')).run_counts).toMatchObject({ changed: 2 });
  });

  it('an entity without stamps is compared whole: changes, new records and deletes arrive with an incremental run', async () => {
    const source = await open({ erp: { only: 'stock-levels' } });
    await source.control('change', { resource: 'stock-levels', count: 3 });
    await source.control('create', { resource: 'stock-levels', count: 2 });
    await source.control('delete', { resource: 'stock-levels', count: 4 });
    await source.sync('inventory_level');
    expect(await source.difference('inventory_level')).toEqual({});
    expect((await source.stream('inventory_level')).run_counts).toMatchObject({ changed: 3, created: 2, deleted: 4 });
  });
});
