import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, idsOf, type SandboxClient, startSandboxClient } from '../support/sandbox-erp-client.ts';

interface Written {
  ids: string[];
  stamp: string;
}

describe('the control API of the sandbox ERP', () => {
  let client: SandboxClient;
  beforeEach(async () => {
    client = await startSandboxClient({ records: 60 });
  });
  afterEach(() => client.erp.close());

  const record = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse((await client.raw('GET', path)).body.toString()) as Record<string, unknown>;
  const change = (body: Record<string, unknown>): Promise<Written> => client.control('POST', 'change', body);

  it('moves a changed record to the clock, one version up, with the given fields', async () => {
    const before = await record('/suppliers/SUP000001');
    await client.control('POST', 'clock', { advanceMs: 1500 });
    const fields = { Name: 'Ünique', Emails: [] };
    expect(await change({ resource: 'suppliers', id: 'SUP000001', fields })).toEqual({
      ids: ['SUP000001'],
      stamp: '2026-11-01T00:00:01.500000Z',
    });
    expect(await record('/suppliers/SUP000001')).toEqual({
      ...before,
      ...fields,
      Version: 2,
      ChangedAt: '2026-11-01T00:00:01.500000Z',
    });
  });

  it('gives one stamp to all records of one call, and goes round by count', async () => {
    const first = await change({ resource: 'purchase-orders', count: 40 });
    const second = await change({ resource: 'purchase-orders', count: 40 });
    expect(second.ids.slice(18, 22)).toEqual(['PO00000059', 'PO00000060', 'PO00000001', 'PO00000002']);
    const changed = idsOf(await client.pages(`/purchase-orders?order=changed&changed-since=${first.stamp}&limit=7`));
    expect(changed).toHaveLength(60);
  });

  it('keeps number tokens exact through a change', async () => {
    await change({ resource: 'purchase-orders', id: 'PO00000002' });
    const text = (await client.raw('GET', '/purchase-orders/PO00000002')).body.toString();
    expect(text).toContain('"LegacyNumber":12345678901234567890,');
    expect(text).toContain('"Remarks":"Change ');
  });

  it('touches without changing content, and changes silently without a stamp', async () => {
    const before = await record('/sites/LOC000003');
    const { stamp } = await change({ resource: 'sites', id: 'LOC000003', touch: true });
    const touched = { ...before, Version: Number(before['Version']) + 1, ChangedAt: stamp };
    expect(await record('/sites/LOC000003')).toEqual(touched);
    await change({ resource: 'sites', id: 'LOC000003', silent: true, fields: { Name: 'Hidden' } });
    expect(await record('/sites/LOC000003')).toEqual({ ...touched, Name: 'Hidden' });
  });

  it('changes the quantity of stock, which has no stamp', async () => {
    await change({ resource: 'stock-levels', id: 'STK0000001' });
    expect(await record('/stock-levels/STK0000001')).toMatchObject({ QuantityOnHand: 1002 });
    expect(await record('/stock-levels/STK0000001')).not.toHaveProperty('ChangedAt');
  });

  it('closes a document by its status', async () => {
    await change({ resource: 'purchase-orders', id: 'PO00000020', fields: { Status: 'COMPLETED' } });
    const open = idsOf(await client.pages('/purchase-orders?document-date-from=2026-10-01&or-open=true'));
    expect(open).not.toContain('PO00000020');
  });

  it('creates records with new ids, dated today', async () => {
    const { ids } = await client.control<Written>('POST', 'create', { resource: 'purchase-orders', count: 2 });
    expect(ids).toEqual(['PO00000061', 'PO00000062']);
    expect(await record('/purchase-orders/PO00000062')).toMatchObject({
      Version: 1,
      OrderDate: '2026-11-01',
      CreatedAt: '2026-11-01T00:00:00.000000Z',
    });
  });

  it('serves inserted text byte for byte', async () => {
    const raw = '{"Id":7,"Price":1e-7,"Price":2,"Big":123456789012345678901,"Nul":"a\\u0000b","Broken":';
    await client.control('POST', 'insert', { resource: 'materials', id: 'MAT9', raw });
    expect((await client.raw('GET', '/materials/MAT9')).body.toString()).toBe(raw);
    expect(
      (await client.raw('GET', '/materials?order=changed&changed-since=2026-11-01T00:00:00Z')).body.toString(),
    ).toBe(`{"Next":null,"Count":1,"Items":[${raw}]}`);
  });

  it('lists hard deletes in the feed, page by page', async () => {
    const { ids } = await client.control<Written>('POST', 'delete', { resource: 'suppliers', count: 3 });
    await client.control('POST', 'delete', { resource: 'suppliers', id: 'SUP000009', feed: false });
    await client.control('POST', 'delete', { resource: 'sites', id: 'LOC000009' });
    const since = '2026-11-01T00:00:00Z';
    const pages = await client.pages(`/deletions?resource=suppliers&since=${since}&limit=2`);
    expect(idsOf(pages)).toEqual(ids);
    expect(pages[1]?.Items[0]).toEqual({
      Seq: 3,
      Resource: 'suppliers',
      Id: 'SUP000003',
      DeletedAt: '2026-11-01T00:00:00.000000Z',
    });
    expect((await client.page('/deletions?resource=suppliers&since=2026-11-01T00:00:00.000001Z')).Count).toBe(0);
    expect((await client.raw('GET', '/suppliers/SUP000009')).status).toBe(404);
  });

  it('refuses the feed where it is switched off', async () => {
    await client.control('POST', 'settings', { deleteFeed: false });
    expect(codeOf(await client.raw('GET', '/deletions?resource=suppliers'))).toBe('feature_disabled');
    expect(await record('/system')).toMatchObject({ Features: { DeleteFeed: false } });
  });

  it('empties a resource without a trace and restores it from the snapshot', async () => {
    const before = idsOf(await client.pages('/equipment'));
    await client.control('POST', 'snapshot');
    await client.control('POST', 'empty', { resource: 'equipment' });
    expect(await client.page('/equipment')).toEqual({ Next: null, Count: 0, Items: [] });
    expect((await client.page('/deletions?resource=equipment')).Count).toBe(0);
    await client.control('POST', 'restore');
    expect(idsOf(await client.pages('/equipment'))).toEqual(before);
  });

  it('logs every request with status and bytes, and counts by resource', async () => {
    await client.control('DELETE', 'access-log');
    const { body } = await client.raw('GET', '/suppliers?limit=2');
    await client.raw('GET', '/suppliers/none');
    await client.login('demo', 'wrong');
    const log = await client.control<{ entries: unknown[]; counts: unknown; total: number }>('GET', 'access-log');
    expect(log.counts).toEqual({ suppliers: 2, login: 1 });
    const at = '2026-11-01T00:00:00.000000Z';
    const page = { method: 'GET', path: '/suppliers', query: 'limit=2', status: 200, bytes: body.length, user: 'demo' };
    expect(log.entries[0]).toEqual({ seq: 1, at, ...page });
    expect(log.entries[1]).toMatchObject({ seq: 2, status: 404 });
    expect(log.entries[2]).toMatchObject({ seq: 3, status: 401, user: null });
    expect(await client.control('GET', 'access-log?since=2')).toMatchObject({ entries: [{ seq: 3 }], total: 3 });
  });

  it('dumps the committed records with the text it serves', async () => {
    await change({ resource: 'sites', id: 'LOC000002' });
    const dump = await client.control<{ count: number; records: { id: string; version: number; json: string }[] }>(
      'GET',
      'records?resource=sites',
    );
    const served = await client.raw('GET', '/sites/LOC000002');
    expect(dump.count).toBe(40);
    expect(dump.records[1]).toMatchObject({ id: 'LOC000002', json: served.body.toString() });
    const brief = await client.control<{ records: object[] }>(
      'GET',
      'records?resource=sites&json=false&after=LOC000039',
    );
    expect(brief.records).toHaveLength(1);
    expect(brief.records[0]).not.toHaveProperty('json');
  });

  it('shows another company after a change of fingerprint', async () => {
    await client.control('POST', 'settings', { company: 'C-OTHER' });
    expect(await record('/system')).toMatchObject({ Company: 'C-OTHER' });
  });

  it('runs its clock on when told to', async () => {
    await client.control('POST', 'clock', { running: '2026-12-01T00:00:00Z' });
    await client.loginAs('demo');
    expect(String((await record('/system'))['Now'])).toMatch(/^2026-12-01T00:0\d:\d\d\.\d{6}Z$/);
    await client.control('POST', 'clock', { fixed: '2027-01-01T00:00:00.000001Z' });
    await client.loginAs('demo');
    expect(await record('/system')).toMatchObject({ Now: '2027-01-01T00:00:00.000001Z' });
  });
});
