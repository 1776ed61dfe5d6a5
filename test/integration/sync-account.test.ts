import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource, type Source, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';
import { workflowIds } from '../../workflows/contract.ts';

describe.concurrent('the source is not what it was', () => {
  let world: World;
  const sources: Source[] = [];
  const open = async (options: SourceOptions = {}) => {
    const source = await openSource(world, { ...options, erp: { only: 'suppliers', records: 60, ...options.erp } });
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

  it('S19 a source put back from a backup: stored records do not go back, what it lost is found by the reconcile', async () => {
    const source = await open();
    await source.control('snapshot', {});
    await source.control('change', { resource: 'suppliers', ids: ['SUP000003'], fields: { Name: 'Newer' } });
    await source.control('create', { resource: 'suppliers', id: 'SUP9A' });
    await source.sync('vendor');
    await source.control('restore', {});
    await source.sync('vendor');
    await source.sync('vendor', 'reconcile');
    const stored = await source.stored('vendor');
    expect(stored.get('SUP000003')).toMatchObject({ data: { name: 'Newer' } });
    expect(stored.get('SUP9A')?.deleted_at).not.toBeNull();
    expect((await source.stream('vendor')).run_counts).toMatchObject({ outdated: 1, deleted: 1 });
  });

  it('S19 what the source changes after it was put back arrives again', async () => {
    const source = await open();
    await source.control('snapshot', {});
    await source.control('change', { resource: 'suppliers', ids: ['SUP000003'], fields: { Name: 'Newer' } });
    await source.sync('vendor');
    await source.control('restore', {});
    await source.control('change', { resource: 'suppliers', ids: ['SUP000003'], fields: { Name: 'After' } });
    await source.sync('vendor');
    expect(await source.difference('vendor')).toEqual({});
  });

  it('S20 connecting again to another company is refused before any record is read', async () => {
    const source = await open();
    const before = await source.stored('vendor');
    await source.control('settings', { company: 'C-OTHER' });
    await source.control('change', { resource: 'suppliers', count: 5, fields: { Name: 'of another company' } });
    await source.clearRequests();
    await world.client.workflow.getHandle(workflowIds.connect(source.connection.id)).result();
    await world.engine.startConnect({ connectionId: source.connection.id, system: 'sandbox' });
    const { rows } = await waitFor(async () => {
      const found = await world.database.pool.query(
        `select error from execution where connection_id = $1 and kind = 'connect' and state = 'failed'`,
        [source.connection.id],
      );
      return found.rows.length > 0 ? found : null;
    });
    expect(rows).toMatchObject([{ error: { code: 'configuration_invalid' } }]);
    expect(await source.requests('/suppliers')).toEqual([]);
    expect(await source.stored('vendor')).toEqual(before);
  });

  it('an account that may not read an entity has no stream of it, and the others are synced', async () => {
    const source = await open({ credentials: { user: 'limited', password: 'limited-password' } });
    expect(source.connection.lifecycle).toBe('active');
    await expect(source.stream('work_order')).rejects.toThrow('no stream');
    expect(await source.difference('vendor')).toEqual({});
  });
});
