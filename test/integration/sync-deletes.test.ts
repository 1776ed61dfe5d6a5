import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, type World } from '../support/world.ts';

const now = '2026-11-01T08:00:30.000000Z';
const minuteMs = 60_000;

describe.concurrent('what is deleted in the source becomes a tombstone, and nothing else does', () => {
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
  const levels = (options: SourceOptions = {}) => open({ ...options, erp: { only: 'stock-levels', records: 60 } });
  const tombstones = async (source: Source, entity: 'vendor' | 'inventory_level' | 'purchase_order') =>
    [...(await source.stored(entity))].filter(([, { deleted_at }]) => deleted_at !== null).map(([id]) => id);

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(async () => {
    await world?.close();
    await Promise.all(sources.map((source) => source.close()));
  });

  it('S14 a hard delete in the feed is a tombstone after the next incremental run', async () => {
    const source = await open();
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000004', 'SUP000009'] });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    expect(await tombstones(source, 'vendor')).toEqual(['SUP000004', 'SUP000009']);
    expect((await source.stream('vendor')).run_counts).toMatchObject({ deleted: 2 });
  });

  it('S14 a hard delete that no feed names is a tombstone after the reconcile', async () => {
    const source = await open();
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000004'], feed: false });
    await source.sync('vendor');
    expect(await tombstones(source, 'vendor')).toEqual([]);
    await source.sync('vendor', 'reconcile');
    expect(await source.difference('vendor')).toEqual({});
    expect(await tombstones(source, 'vendor')).toEqual(['SUP000004']);
  });

  it('S14 a status that says inactive is a change and no tombstone', async () => {
    const source = await open();
    await source.control('change', { resource: 'suppliers', ids: ['SUP000004'], fields: { Status: 'INACTIVE' } });
    await source.sync('vendor', 'reconcile');
    expect((await source.stored('vendor')).get('SUP000004')).toMatchObject({
      data: { status: 'inactive' },
      deleted_at: null,
    });
  });

  it('S14 a merge of two records leaves the one changed and the other a tombstone', async () => {
    const source = await open();
    await source.control('change', { resource: 'suppliers', ids: ['SUP000004'], fields: { Name: 'Both' } });
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000009'] });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    expect((await source.stored('vendor')).get('SUP000004')).toMatchObject({ data: { name: 'Both' } });
    expect(await tombstones(source, 'vendor')).toEqual(['SUP000009']);
  });

  it('S14 a record made again under the id of a deleted one lives again, with the record id that it had', async () => {
    const source = await open();
    const before = (await source.stored('vendor')).get('SUP000004');
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000004'] });
    await source.sync('vendor');
    await source.control('clock', { advanceMs: minuteMs });
    await source.control('create', { resource: 'suppliers', id: 'SUP000004', fields: { Name: 'Anew' } });
    await source.sync('vendor');
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
    const after = (await source.stored('vendor')).get('SUP000004');
    expect(after).toMatchObject({ id: before?.id, data: { name: 'Anew' }, deleted_at: null });
    expect(after?.sequence).toBeGreaterThan(before?.sequence ?? 0);
  });

  it('S14 a record deleted and made again between two runs is alive after the next, whatever the feed says', async () => {
    const source = await open();
    await source.control('delete', { resource: 'suppliers', ids: ['SUP000004'] });
    await source.control('clock', { advanceMs: minuteMs });
    await source.control('create', { resource: 'suppliers', id: 'SUP000004', fields: { Name: 'Anew' } });
    await source.sync('vendor');
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S15 an emptied source: nothing is tombstoned, the run is partial and asks for confirmation', async () => {
    const source = await levels();
    const before = await source.stored('inventory_level');
    await source.control('empty', { resource: 'stock-levels' });
    const request = await source.sync('inventory_level');
    expect(request).toMatchObject({ state: 'partial', error: { code: 'needs_confirmation' } });
    expect(await source.stream('inventory_level')).toMatchObject({
      run_state: 'partial',
      run_error: { code: 'needs_confirmation' },
    });
    expect(await source.stored('inventory_level')).toEqual(before);
    const scans = await world.database.pool.query(
      'select state, candidates from scan where stream_id = $1 and state = $2',
      [(await source.stream('inventory_level')).id, 'held'],
    );
    expect(scans.rows).toEqual([{ state: 'held', candidates: before.size }]);
  });

  it('S15 an emptied source of so few records that the fuse would let them all go is held as well', async () => {
    const source = await open();
    expect(await source.difference('vendor')).toEqual({});
    await source.control('empty', { resource: 'suppliers' });
    expect(await source.sync('vendor', 'reconcile')).toMatchObject({
      state: 'partial',
      error: { code: 'needs_confirmation' },
    });
    expect(await tombstones(source, 'vendor')).toEqual([]);
  });

  it('S15 what was held is tombstoned once a person allows it', async () => {
    const source = await levels();
    await source.control('empty', { resource: 'stock-levels' });
    await source.sync('inventory_level');
    const request = await source.sync('inventory_level', 'reconcile', { allowDeletes: true });
    expect(request).toMatchObject({ state: 'completed', error: null });
    expect(await source.difference('inventory_level')).toEqual({});
    expect((await source.stored('inventory_level')).size).toBe(100);
  });

  it('S15 a permission that was lost, with an empty list and 404 for each id, tombstones nothing', async () => {
    const source = await levels();
    await source.fault({ scenario: 'permission_lost', mode: 'empty', resource: 'stock-levels' });
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'partial' });
    expect(await tombstones(source, 'inventory_level')).toEqual([]);
    await source.clearFaults();
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'completed' });
    expect(await source.difference('inventory_level')).toEqual({});
  });

  it('S15 as many as the fuse lets through are tombstoned without asking, one more is held', async () => {
    const source = await levels();
    await source.control('delete', { resource: 'stock-levels', count: 20 });
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'completed' });
    expect(await tombstones(source, 'inventory_level')).toHaveLength(20);
    await source.control('delete', { resource: 'stock-levels', count: 21 });
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'partial' });
    expect(await tombstones(source, 'inventory_level')).toHaveLength(20);
  });

  it('S15 a scan that breaks off tombstones nothing; the next one is whole and does', async () => {
    const source = await levels({ settings: { page_size: 10 } });
    await source.control('delete', { resource: 'stock-levels', ids: ['STK0000001', 'STK0000090'] });
    await source.fault({ scenario: 'server_error', resource: 'stock-levels', after: 6 });
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'failed', error: { code: 'system_error' } });
    expect(await tombstones(source, 'inventory_level')).toEqual([]);
    await source.clearFaults();
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'completed' });
    expect(await source.difference('inventory_level')).toEqual({});
    const { rows } = await world.database.pool.query(
      'select state from scan where stream_id = $1 order by created_at',
      [(await source.stream('inventory_level')).id],
    );
    expect(rows.map(({ state }) => state)).toEqual(['whole', 'broken', 'whole']);
  });

  it('S15 a scan that an attempt breaks off is resumed by the next attempt and still finds the deletes', async () => {
    const source = await levels({ settings: { page_size: 10 } });
    await source.control('delete', { resource: 'stock-levels', ids: ['STK0000001', 'STK0000090'] });
    await source.fault({ scenario: 'server_error', resource: 'stock-levels', after: 6, times: 1 });
    expect(await source.sync('inventory_level')).toMatchObject({ state: 'completed' });
    expect(await source.difference('inventory_level')).toEqual({});
    expect(await tombstones(source, 'inventory_level')).toEqual(['STK0000001', 'STK0000090']);
  });

  it('D10 documents that have aged out of the window are no deletes, however many there are', async () => {
    const source = await open({ erp: { only: 'purchase-orders', records: 40 } });
    const ids = Array.from({ length: 25 }, (_, index) => `PO9000${index + 10}`);
    const fields = { Status: 'RECEIVED', OrderDate: '2026-01-15' };
    for (const id of ids) await source.control('create', { resource: 'purchase-orders', id, fields });
    await source.sync('purchase_order');
    const request = await source.sync('purchase_order', 'reconcile');
    expect(request).toMatchObject({ state: 'completed', error: null });
    expect(await tombstones(source, 'purchase_order')).toEqual([]);
  });
});
