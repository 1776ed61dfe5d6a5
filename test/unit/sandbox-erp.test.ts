import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idAt, type ResourceName, resourceNames } from '../../platform/local/sandbox-erp/records/resource.ts';
import { resources, sampleCounts, sampleRows } from '../../platform/local/sandbox-erp/records/sample.ts';
import { requireStamp } from '../../platform/local/sandbox-erp/clock.ts';
import { codeOf, idsOf, type SandboxClient, startSandboxClient } from '../support/sandbox-erp-client.ts';

const now = requireStamp('2026-11-01T00:00:00Z');
const stamped = resourceNames.filter((name) => resources[name].stamped);

function sampleText(name: ResourceName, options: { seed?: number; bulk?: boolean } = {}): string {
  const { seed = 1, bulk = false } = options;
  const plan = { seed, now, windowDays: 90, bulk, counts: sampleCounts(200) };
  return sampleRows(plan, name)
    .map((row) => row.body.toString())
    .join('\n');
}

describe('the sample data', () => {
  it.each(resourceNames)('gives the same bytes of %s for the same seed', (name) => {
    expect(sampleText(name)).toBe(sampleText(name));
  });

  it('gives other bytes for another seed', () => {
    expect(sampleText('purchase-orders', { seed: 2 })).not.toBe(sampleText('purchase-orders'));
  });

  it('has orders in every state', () => {
    const states = new Set(
      sampleText('purchase-orders')
        .split('\n')
        .map((text) => (JSON.parse(text) as { Status: string }).Status),
    );
    expect(states).toHaveLength(10);
  });

  it('has an order whose supplier does not exist, a blocked supplier and an order with 120 lines', () => {
    const orders = sampleText('purchase-orders').split('\n');
    const suppliers = sampleText('suppliers').split('\n');
    const linesOf = (text = '{}'): unknown[] => (JSON.parse(text) as { Lines: unknown[] }).Lines;
    expect(orders[2]).toContain('"SupplierId":"SUP999999"');
    expect(suppliers.some((text) => text.includes('SUP999999'))).toBe(false);
    expect(suppliers[5]).toContain('"Status":"BLOCKED"');
    expect(linesOf(orders[4])).toHaveLength(120);
  });

  it('writes prices as tokens and as strings, and one id as a token that a double cannot hold', () => {
    const text = sampleText('purchase-orders');
    expect(text).toMatch(/"NetPrice":\d+\.\d\d[,}]/);
    expect(text).toMatch(/"NetPrice":"\d+\.\d\d"/);
    expect(text).toContain('"LegacyNumber":12345678901234567890,');
  });

  it('has open and closed documents from before the window', () => {
    const plan = { seed: 1, now, windowDays: 90, bulk: false, counts: sampleCounts(200) };
    const old = sampleRows(plan, 'purchase-orders').filter((row) => (row.documentDate ?? '') < '2026-08-03');
    expect(old.filter((row) => row.open)).toHaveLength(10);
    expect(old.filter((row) => !row.open)).toHaveLength(10);
  });

  it.each(['purchase-orders', 'work-orders'] as const)('gives neighbours of %s one change stamp', (name) => {
    const stamps = sampleText(name)
      .split('\n')
      .map((text) => (JSON.parse(text) as { ChangedAt: string }).ChangedAt);
    expect(new Set(stamps.slice(10, 13)).size).toBe(1);
    expect(new Set(stamps).size).toBeGreaterThan(stamps.length / 2);
  });

  it('makes bulk orders of 3 lines and about 1.2 kB', () => {
    const orders = sampleText('purchase-orders', { bulk: true }).split('\n');
    const bytes = orders.map((text) => Buffer.byteLength(text));
    expect(Math.min(...bytes)).toBeGreaterThan(1100);
    expect(Math.max(...bytes)).toBeLessThan(1350);
    expect(orders.every((text) => (JSON.parse(text) as { Lines: unknown[] }).Lines.length === 3)).toBe(true);
  });
});

describe('paging', () => {
  let client: SandboxClient;
  beforeAll(async () => {
    client = await startSandboxClient({ records: 237 });
  });
  afterAll(() => client.erp.close());

  const allIds = (name: ResourceName): string[] =>
    Array.from({ length: sampleCounts(237)[name] }, (_, index) => idAt(resources[name], index));

  it.each(resourceNames)('gives every record of %s once, by id', async (name) => {
    expect(idsOf(await client.pages(`/${name}?order=id&limit=7`))).toEqual(allIds(name));
  });

  it.each(stamped)('gives every record of %s once, by stamp and id', async (name) => {
    const items = (await client.pages(`/${name}?order=changed&limit=7`)).flatMap((page) => page.Items);
    const places = items.map((item) => `${String(item['ChangedAt'] ?? item['CreatedAt'])} ${String(item['Id'])}`);
    expect(places).toEqual([...places].sort());
    expect(items.map((item) => String(item['Id'])).sort()).toEqual(allIds(name));
  });

  it('gives every record once by continuation, under one upper bound', async () => {
    const pages = await client.pages('/suppliers?order=continuation&limit=3');
    expect(idsOf(pages).sort()).toEqual(allIds('suppliers'));
    expect(new Set(pages.map((page) => page.ChangedUntil))).toEqual(new Set(['2026-11-01T00:00:00.000000Z']));
  });

  it('writes Next before Items, and null on a last page that is exactly full', async () => {
    const answer = await client.raw('GET', `/suppliers?limit=${sampleCounts(237).suppliers}`);
    expect(answer.body.toString()).toMatch(/^\{"Next":null,"Count":20,"Items":\[\{"Id":"SUP000001"/);
  });

  it('loses no record where one stamp spans a page border', async () => {
    const massUpdate = '2026-10-28T23:59:59.000000Z';
    const pages = await client.pages(`/purchase-orders?order=changed&changed-since=${massUpdate}&limit=4`);
    const equal = pages.filter((page) => page.Items.some((item) => item['ChangedAt'] === massUpdate));
    const ids = idsOf(pages);
    expect(equal.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(['id', 'changed'])(
    'goes on at the right row when the last row of a page was deleted, by %s',
    async (order) => {
      await client.control('POST', 'snapshot');
      const whole = idsOf(await client.pages(`/suppliers?order=${order}`));
      const first = await client.page(`/suppliers?order=${order}&limit=4`);
      await client.control('POST', 'delete', { resource: 'suppliers', id: whole[3] });
      const rest = idsOf(await client.pages(first.Next ?? ''));
      await client.control('POST', 'restore');
      expect(rest).toEqual(whole.slice(4));
    },
  );

  it('takes changed-since inclusively, and the creation stamp where a supplier was never changed', async () => {
    const { Items } = await client.page('/suppliers?ids=SUP000001');
    expect(Items[0]?.['ChangedAt']).toBeNull();
    const since = String(Items[0]?.['CreatedAt']);
    expect(idsOf(await client.pages(`/suppliers?order=changed&changed-since=${since}`))[0]).toBe('SUP000001');
    expect(idsOf(await client.pages(`/suppliers?changed-since=${since}`))).toContain('SUP000001');
  });

  it('filters documents by date, and keeps open ones where asked', async () => {
    const from = 'document-date-from=2026-08-03';
    const inWindow = idsOf(await client.pages(`/purchase-orders?${from}`));
    const orOpen = idsOf(await client.pages(`/purchase-orders?${from}&or-open=true`));
    expect(inWindow).not.toContain('PO00000020');
    expect(orOpen).toContain('PO00000020');
    expect(orOpen).not.toContain('PO00000010');
  });

  it('cuts a limit above the maximum silently', async () => {
    await client.control('POST', 'settings', { pageSizeMax: 5 });
    const { Count } = await client.page('/materials?limit=1000');
    await client.control('POST', 'settings', { pageSizeMax: 1000 });
    expect(Count).toBe(5);
  });

  it('gives records by id and leaves out ids it does not have', async () => {
    expect(idsOf([await client.page('/sites?ids=LOC000009,nowhere,LOC000002')])).toEqual(['LOC000002', 'LOC000009']);
    expect(codeOf(await client.raw('GET', '/sites/nowhere'))).toBe('record_not_found');
    const site = JSON.parse((await client.raw('GET', '/sites/LOC000002')).body.toString()) as { Kind: string };
    expect(site.Kind).toBe('SITE');
  });

  it.each([
    ['/suppliers?offset=3', 'unknown_parameter'],
    ['/suppliers?limit=0', 'bad_parameter'],
    ['/suppliers?changed-since=yesterday', 'bad_parameter'],
    ['/suppliers?document-date-from=2026-01-01', 'filter_not_supported'],
    ['/stock-levels?order=changed', 'order_not_supported'],
    ['/stock-levels?changed-since=2026-01-01T00:00:00Z', 'filter_not_supported'],
    ['/suppliers?order=continuation&token=abc', 'bad_parameter'],
    ['/invoices', 'unknown_path'],
  ])('refuses %s with %s', async (path, code) => {
    expect(codeOf(await client.raw('GET', path))).toBe(code);
  });
});
