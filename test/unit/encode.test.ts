import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUnified } from '../../model/encode.ts';
import { entityRegistry } from '../../model/entities/registry.ts';
import type { PurchaseOrder } from '../../model/entities/purchase-order.ts';

const seed = Number(process.env.FLOWS_TEST_SEED ?? 20_261_125);
const schema = entityRegistry.purchase_order.schema;

/** What zod alone would store. */
function parsed(data: unknown): string | null {
  const result = schema.safeParse(data);
  return result.success ? JSON.stringify(result.data) : null;
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'é"\\\n', 'USD', '\ud800'));
const decimal = fc.oneof(fc.constantFrom('0', '-1.50', '1e5', '01', ''), fc.integer().map(String));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const money = fc.record({ amount: decimal, currency: fc.constantFrom('USD', 'EUR', 'EURO') });
const line = fc.record(
  {
    position: maybe(fc.oneof(fc.integer(), fc.double())),
    remote_line_id: fc.oneof(text, fc.constant(null)),
    type: fc.constantFrom('item', 'service', 'nothing'),
    item: maybe(fc.record({ remote_id: text, name: text })),
    unit_price: maybe(money),
    quantity: maybe(fc.record({ value: decimal, unit: maybe(text) })),
    custom_fields: maybe(fc.dictionary(fc.string(), fc.jsonValue())),
    unknown_field: maybe(text),
  },
  { requiredKeys: ['remote_line_id', 'type'] },
);
const order = fc.record(
  {
    remote_status: text,
    status: fc.constantFrom('open', 'draft', 'weird'),
    order_date: maybe(fc.constantFrom('2026-11-01', '2026-1-1')),
    totals: maybe(fc.record({ net: maybe(money), gross: maybe(money) })),
    lines: fc.array(line, { maxLength: 4 }),
    custom_fields: maybe(fc.dictionary(fc.string(), fc.jsonValue())),
  },
  { requiredKeys: ['remote_status', 'status', 'lines'] },
);

describe('encodeUnified', () => {
  it(`gives the text that zod's own parse gives, and null where zod refuses (seed ${seed})`, () => {
    let admitted = 0;
    fc.assert(
      fc.property(order, (data) => {
        const expected = parsed(data);
        if (expected !== null) admitted += 1;
        expect(encodeUnified('purchase_order', data)).toBe(expected);
      }),
      { seed, numRuns: 3_000 },
    );
    expect(admitted).toBeGreaterThan(50);
  });

  it('writes fields in schema order, whatever order the connector gave them in', () => {
    const forwards: PurchaseOrder = { number: '1', status: 'open', remote_status: 'O', lines: [] };
    const backwards: PurchaseOrder = { lines: [], remote_status: 'O', status: 'open', number: '1' };
    expect(encodeUnified('purchase_order', backwards)).toBe(encodeUnified('purchase_order', forwards));
  });

  it.each([null, 1, 'text', [], { lines: [] }])('refuses %j', (data) => {
    expect(encodeUnified('purchase_order', data)).toBeNull();
  });
});
