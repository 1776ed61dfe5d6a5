import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { connectorFor } from '../../connectors/registry.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import { toPlain, wireDate, wireInstant } from '../../connectors/tryton/values.ts';
import { type Entity, entityRegistry } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';

const fixtures = join(import.meta.dirname, '../../connectors/tryton/fixtures');
const profile = { company: 1, currency: 'USD' };
const usd = (amount: string) => ({ amount, currency: 'USD' });

/** Records as a real server of the series sent them. */
function fixture(entity: Entity, series: string): JsonObject[] {
  const file = join(fixtures, `${entity.replace('_', '-')}-${series}.json`);
  const examples = JSON.parse(readFileSync(file, 'utf8')) as { remote: JsonObject }[];
  return examples.map(({ remote }) => remote);
}

/** As the engine would store it: valid against the entity's schema, and through JSON, so without what is undefined. */
function unify(entity: Entity, raw: Json): JsonObject {
  const data = entityRegistry[entity].schema.parse(tryton.entities[entity]?.toUnified(raw, profile));
  return JSON.parse(JSON.stringify(data)) as JsonObject;
}

test('the registry knows the connector', () => {
  expect(connectorFor('tryton')).toBe(tryton);
});

describe.each(['8.0', '7.8'])('records of series %s', (series) => {
  test('an order that is received in part, with its lines', () => {
    const [, raw = {}] = fixture('purchase_order', series);
    const line = { type: 'item', expected_date: '2026-11-25', quantity_received: '5', status: 'partially_received' };
    const quantity = { value: '10', remote_unit: 'u' };
    expect(unify('purchase_order', raw)).toMatchObject({
      number: '126',
      status: 'partially_received',
      remote_status: 'processing',
      vendor: { remote_id: '17' },
      site: { remote_id: '5' },
      order_date: '2026-11-17',
      currency: 'USD',
      external_reference: 'PO-0322',
      totals: { net: usd('213.50'), tax: usd('0'), gross: usd('213.50') },
      receipt_status: 'partial',
      invoice_status: 'none',
      lines: [
        { ...line, position: 1, item: { remote_id: '1' }, quantity, unit_price: usd('4.10'), net_amount: usd('41.00') },
        { ...line, position: 2, item: { remote_id: '2' }, quantity, unit_price: usd('4.85'), net_amount: usd('48.50') },
        {
          ...line,
          position: 3,
          item: { remote_id: '3' },
          quantity,
          unit_price: usd('12.40'),
          net_amount: usd('124.00'),
        },
      ],
    });
  });

  test('a draft has no number, and its description is a custom field', () => {
    const [raw = {}] = fixture('purchase_order', series);
    const order = unify('purchase_order', raw);
    expect(order).toMatchObject({ status: 'draft', custom_fields: { description: 'Order 1 – “spares”' } });
    expect(order).not.toHaveProperty('number');
  });

  test('lines of services tell no quantity received', () => {
    const [, , raw = {}] = fixture('purchase_order', series);
    const [line] = unify('purchase_order', raw)['lines'] as JsonObject[];
    expect(line).toMatchObject({ type: 'service', status: 'closed' });
    expect(line).not.toHaveProperty('quantity_received');
  });

  test('titles, comments and subtotals are text lines without amounts, a line without product is for an account', () => {
    const [, , , raw = {}] = fixture('purchase_order', series);
    const lines = unify('purchase_order', raw)['lines'] as JsonObject[];
    expect(lines.map(({ type }) => type)).toEqual(['text', 'item', 'text', 'account', 'text']);
    expect(lines.filter(({ type }) => type === 'text').some((line) => 'net_amount' in line)).toBe(false);
    expect(lines[3]).toMatchObject({ description: 'Freight, no product', net_amount: usd('25.00') });
  });

  test('a party with its addresses and contacts', () => {
    const [raw = {}, retired = {}] = fixture('vendor', series);
    expect(unify('vendor', raw)).toEqual({
      code: 'V-1002',
      name: 'Müller Wälzlager GmbH',
      status: 'active',
      emails: ['orders@v-1002.example'],
      phones: ['+1 555 0101'],
      addresses: [
        { lines: ['Industriestraße 12'], city: 'Schweinfurt', postal_code: '97421', country: 'DE' },
        { lines: ['Industriestraße 12, Dock 2'], city: 'Schweinfurt', postal_code: '97421', country: 'DE' },
      ],
    });
    expect(unify('vendor', retired)).toMatchObject({ status: 'inactive' });
  });

  test('goods and services', () => {
    const [goods = {}, service = {}] = fixture('item', series);
    expect(unify('item', goods)).toEqual({
      code: 'BRG-6204',
      name: 'Bearing 6204',
      status: 'active',
      type: 'stock',
      remote_type: 'goods',
      base_unit: 'u',
      purchase_unit: 'u',
      standard_cost: usd('4.10'),
    });
    expect(unify('item', service)).toMatchObject({ type: 'service', base_unit: 'h' });
  });

  test('a warehouse, a storage and a location of suppliers', () => {
    const kinds = fixture('location', series).map((raw) => unify('location', raw)['kind']);
    expect(kinds).toEqual(['warehouse', 'storage', 'other']);
    expect(unify('location', fixture('location', series)[1] ?? {})).toMatchObject({ parent: { remote_id: '5' } });
  });

  test('a production that runs and one that is done', () => {
    const [running = {}, done = {}] = fixture('work_order', series).map((raw) => unify('work_order', raw));
    expect(running).toMatchObject({ status: 'in_progress', kind: 'production', item: { remote_id: '6' } });
    expect(running['actual_start']).toBe('2026-11-25T00:00:00.000000Z');
    expect(done).toMatchObject({ status: 'completed', cost: usd('147.0000') });
    const used = (done['materials'] as JsonObject[]).map((material) => material['quantity_used']);
    expect(used).toEqual(['2', '4', '6'].map((value) => ({ value, remote_unit: 'u' })));
  });

  test('the stamp is the last write, or the creation where there was none', () => {
    for (const entity of ['vendor', 'item', 'location', 'purchase_order', 'work_order'] as const) {
      for (const raw of fixture(entity, series)) {
        const stamp = raw['write_date'] ?? raw['create_date'];
        expect(tryton.entities[entity]?.identify(raw)).toMatchObject({ stamp, createdAt: raw['create_date'] });
      }
    }
  });
});

test.each([
  ['draft', 'none', 'draft'],
  ['quotation', 'none', 'pending_approval'],
  ['confirmed', 'none', 'approved'],
  ['processing', 'waiting', 'open'],
  ['processing', 'partially shipped', 'partially_received'],
  ['processing', 'received', 'received'],
  ['done', 'received', 'closed'],
  ['cancelled', 'none', 'cancelled'],
  ['a state to come', 'none', 'other'],
])('an order in state %s with shipments %s is %s', (state, shipment_state, status) => {
  expect(unify('purchase_order', { id: 1, state, shipment_state, 'lines.': [] })).toMatchObject({ status });
});

test.each([
  ['pending', 'manual', 'none', 'none'],
  ['paid', 'order', 'waiting', 'full'],
  ['paid', 'shipment', 'partially shipped', 'partial'],
  ['awaiting payment', 'fulfillment', 'received', 'full'],
  ['exception', 'order', 'none', undefined],
])('invoices %s by %s with shipments %s are invoiced: %s', (invoice_state, invoice_method, shipment_state, status) => {
  const raw = { id: 1, state: 'processing', shipment_state, invoice_state, invoice_method, 'lines.': [] };
  expect(unify('purchase_order', raw)['invoice_status']).toBe(status);
});

const draftLine = { type: 'line', product: 3, 'product.': { type: 'goods' }, 'unit.': { id: 1, symbol: 'u' } };

function linesOf(lines: JsonObject[]): JsonObject[] {
  const raw = { id: 1, state: 'processing', 'currency.': { code: 'USD' }, 'lines.': lines };
  return unify('purchase_order', raw)['lines'] as JsonObject[];
}

test('lines stand by sequence, those without one first, then by id', () => {
  const lines = [
    { ...draftLine, id: 4, sequence: 2 },
    { ...draftLine, id: 3, sequence: 1 },
    { ...draftLine, id: 2, sequence: null },
    { ...draftLine, id: 1, sequence: 2 },
  ];
  expect(linesOf(lines).map((line) => line['remote_line_id'])).toEqual(['2', '3', '1', '4']);
});

test.each([
  [
    'moves that are done count',
    [
      ['done', 0.1, 1],
      ['done', 0.2, 1],
      ['draft', 5, 1],
    ],
    '10',
    '0.3',
    'partially_received',
  ],
  ['all of it', [['done', 10, 1]], '10', '10', 'received'],
  ['goods sent back have minus signs', [['done', 4, 1]], '-4', '-4', 'received'],
  ['a move in another unit makes it unknown', [['done', 1, 2]], '10', undefined, undefined],
])('received: %s', (_, moves, quantity, received, status) => {
  const list = moves.map(([state = '', amount = 0, unit = 0]) => ({ state, quantity: amount, unit }));
  const [line] = linesOf([{ ...draftLine, id: 1, quantity, 'moves.': list }]);
  expect([line?.['quantity_received'], line?.['status']]).toEqual([received, status]);
});

test('a level is told by product and location, and what is assigned is reserved', () => {
  const raw = { product: 7, location: 3, quantity: 2.5, unassigned: 2.3, 'default_uom.': { id: 2, symbol: 'kg' } };
  expect(tryton.entities.inventory_level?.identify(raw)).toEqual({ remoteId: '7@3', stamp: null });
  expect(unify('inventory_level', raw)).toEqual({
    item: { remote_id: '7' },
    location: { remote_id: '3' },
    stock_type: 'unrestricted',
    unit: 'kg',
    on_hand: '2.5',
    reserved: '0.2',
    available: '2.3',
  });
});

test('a party without a name is called by its code', () => {
  expect(unify('vendor', { id: 1, code: 'P-7', name: null, active: true })).toMatchObject({ name: 'P-7' });
});

test.each<[string, Json]>([
  ['no object', 'x'],
  ['no id', { name: 'x' }],
  ['an id that is none', { id: -3 }],
])('a record with %s is mapping_failed', (_, raw) => {
  expect(() => tryton.entities.vendor?.identify(raw)).toThrow(expect.objectContaining({ code: 'mapping_failed' }));
});

test('what cannot be read is named by its path', () => {
  const raw = { id: 1, state: 'draft', 'lines.': [{ ...draftLine, id: 1, quantity: 'ten' }] };
  expect(() => unify('purchase_order', raw)).toThrow(
    expect.objectContaining({
      code: 'mapping_failed',
      problems: [expect.objectContaining({ path: '/lines./0/quantity' })],
    }),
  );
});

test.each<[string, Json, Json]>([
  ['decimal', { __class__: 'Decimal', decimal: '4.1000' }, '4.1000'],
  ['datetime', wireInstant('2026-01-02T03:04:05.000006Z'), '2026-01-02T03:04:05.000006Z'],
  ['date', wireDate('2026-01-02'), '2026-01-02'],
  ['time', { __class__: 'time', hour: 3, minute: 4, second: 5, microsecond: 6 }, '03:04:05.000006'],
  ['timedelta', { __class__: 'timedelta', seconds: 86_400.5 }, 86_400.5],
  ['bytes', { __class__: 'bytes', base64: 'YWJj\nZGVm\n' }, 'YWJjZGVm'],
  ['class to come', { __class__: 'Colour', red: 1 }, { __class__: 'Colour', red: 1 }],
])('a %s of Tryton becomes plain', (_, wire, plain) => {
  expect(toPlain([{ inner: wire }])).toEqual([{ inner: plain }]);
});

test('records whose keys come in another order are the same text', () => {
  expect(JSON.stringify(toPlain({ b: 1, a: { d: 1, c: 2 } }))).toBe(
    JSON.stringify(toPlain({ a: { c: 2, d: 1 }, b: 1 })),
  );
});
