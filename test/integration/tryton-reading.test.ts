import { describe, expect, test } from 'vitest';

import type { Session } from '../../connectors/connector.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import { type Entity, entities as allEntities } from '../../model/entities/registry.ts';
import type { JsonObject } from '../../model/json.ts';
import {
  changeCost,
  countStock,
  deactivateAddress,
  draftOrder,
  editInput,
  editMove,
  newParty,
  orderValues,
  renameTemplate,
} from '../support/tryton-changes.ts';
import { idsOf, readAll, readPages, signal, type TrytonWorld, unify, useTryton } from '../support/tryton-connector.ts';
import type { Row } from '../support/tryton/rpc.ts';

const everything = { kind: 'snapshot', documentsFrom: null } as const;
const entities = allEntities.filter((entity) => entity in tryton.entities);

describe('a real Tryton', () => {
  const world = useTryton();

  test.each([
    ['vendor', 'party.party'],
    ['item', 'product.product'],
    ['location', 'stock.location'],
    ['purchase_order', 'purchase.purchase'],
    ['work_order', 'production'],
  ] as const)('a snapshot of %s has every record, inactive ones too, and each is valid', async (entity, model) => {
    const items = await readAll(world.open(), { entity, selection: everything, pageSize: 150 });
    const expected = await world.client.searchRead(model, [], { fields: ['id'], context: { active_test: false } });
    expect(idsOf(entity, items)).toEqual(expected.map(({ id }) => String(id)));
    for (const raw of items) unify(entity, raw);
  });

  test('stock levels are the sums of the done moves, each location without its children', async () => {
    const items = await readAll(world.open(), { entity: 'inventory_level', selection: everything, pageSize: 7 });
    const levels = items.map((raw) => unify('inventory_level', raw));
    const found = levels.map(({ on_hand }, index) => [idsOf('inventory_level', items)[index], Number(on_hand)]);
    expect(Object.fromEntries(found)).toEqual(await sumOfMoves(world));
    expect(levels.some(({ reserved }) => Number(reserved) > 0)).toBe(true);
  });

  test.each(entities)('a pass over %s resumed at any of its positions reads the same rest', async (entity) => {
    const pass = { entity, selection: everything, pageSize: entity === 'purchase_order' ? 120 : 13 };
    const pages = await readPages(world.open(), pass);
    expect(pages.length).toBeGreaterThan(2);
    const whole = pages.flatMap(({ items }) => idsOf(entity, items));
    expect(new Set(whole).size).toBe(whole.length);
    const other = world.open();
    let read = 0;
    for (const { items, next } of pages.slice(0, -1)) {
      read += items.length;
      const rest = await readAll(other, { ...pass, from: next });
      expect(idsOf(entity, rest)).toEqual(whole.slice(read));
    }
  });

  test('the window leaves out older closed orders and keeps open ones of any age', async () => {
    const session = world.open();
    const read = async (documentsFrom: string | null): Promise<JsonObject[]> => {
      const selection = { kind: 'snapshot', documentsFrom } as const;
      const items = await readAll(session, { entity: 'purchase_order', selection, pageSize: 200 });
      return items.map((raw) => unify('purchase_order', raw));
    };
    const isClosed = ({ status }: JsonObject): boolean => status === 'closed' || status === 'cancelled';
    const all = await read(null);
    const day = all.filter(isClosed).map(dayOf).toSorted().at(-1) ?? '';
    const orders = await read(day);
    expect(orders).toEqual(all.filter((order) => !isClosed(order) || dayOf(order) >= day));
    expect(orders.filter(isClosed).length).toBeLessThan(all.filter(isClosed).length);
    expect(orders.some((order) => dayOf(order) < day)).toBe(true);
  });

  test('the clock is that of the stamps', async () => {
    const session = world.open();
    const before = (await session.now(signal)) ?? '';
    const party = await newParty(world);
    const after = (await session.now(signal)) ?? '';
    const stamp = await stampOf(session, 'vendor', party);
    expect([before, stamp, after]).toEqual([before, stamp, after].toSorted());
    expect(new Set([before, stamp, after]).size).toBe(3);
  });

  test('a record that was never written has no write_date and is found by its creation', async () => {
    const session = world.open();
    const since = await clock(session);
    const { id } = await draftOrder(world);
    const [raw] = await session.fetchRecords({ entity: 'purchase_order', remoteIds: [id], signal });
    expect(raw).toMatchObject({ write_date: null });
    expect(await changedIds(session, 'purchase_order', since)).toEqual([id]);
    const stamp = await stampOf(session, 'purchase_order', id);
    expect(await changedIds(session, 'purchase_order', stamp)).toEqual([id]);
  });

  test('an edited line leaves the stamp of its order, and the order is found', async () => {
    const session = world.open();
    const order = await draftOrder(world);
    const stamp = await stampOf(session, 'purchase_order', order.id);
    const since = await clock(session);
    await world.client.write('purchase.line', [order.lines[0] ?? 0], { quantity: 77 });
    expect(await stampOf(session, 'purchase_order', order.id)).toBe(stamp);
    expect(await changedIds(session, 'purchase_order', since)).toEqual([order.id]);
  });

  test('removing the newest line by itself does not move the stamp of its order back', async () => {
    const session = world.open();
    const order = await draftOrder(world);
    const [line = 0] = order.lines;
    await world.client.write('purchase.line', [line], { quantity: 78 });
    const stamp = await stampOf(session, 'purchase_order', order.id);
    await world.client.delete('purchase.line', [line]);
    expect(await stampOf(session, 'purchase_order', order.id)).toBe(stamp);
  });

  test.each<[string, Entity, (world: TrytonWorld) => Promise<number>]>([
    ['the template of an item', 'item', renameTemplate],
    ['the cost of an item', 'item', changeCost],
    ['an address that becomes inactive', 'vendor', deactivateAddress],
    ['a move of an order', 'purchase_order', editMove],
    ['an input of a production', 'work_order', editInput],
  ])('a change of %s is found', async (_, entity, change) => {
    const session = world.open();
    const since = await clock(session);
    expect(await changedIds(session, entity, since)).toEqual([]);
    const changed = await change(world);
    expect(await changedIds(session, entity, since)).toEqual([String(changed)]);
  });

  test('300 orders of one call carry one stamp and are read once each over page borders', async () => {
    const session = world.open();
    const since = await clock(session);
    const values = await orderValues(world);
    const made = await world.client.create(
      'purchase.purchase',
      Array.from({ length: 300 }, () => values),
    );
    const pass = { entity: 'purchase_order', selection: { kind: 'changed', since }, pageSize: 70 } as const;
    const items = await readAll(session, pass);
    expect(idsOf('purchase_order', items)).toEqual(made.map(String));
    expect(new Set(items.map((raw) => tryton.entities.purchase_order?.identify(raw).stamp)).size).toBe(1);
  });

  test('a level that changed is found by its moves, one that became empty with 0', async () => {
    const session = world.open();
    const items = await readAll(session, { entity: 'inventory_level', selection: everything, pageSize: 100 });
    const level = items.map((raw) => unify('inventory_level', raw)).find(({ reserved }) => reserved === '0') ?? {};
    const since = await clock(session);
    await countStock(world, { level, quantity: 0 });
    const selection = { kind: 'changed', since } as const;
    const changed = await readAll(session, { entity: 'inventory_level', selection, pageSize: 100 });
    expect(changed.map((raw) => unify('inventory_level', raw))).toEqual([{ ...level, on_hand: '0', available: '0' }]);
    const snapshot = await readAll(session, { entity: 'inventory_level', selection: everything, pageSize: 100 });
    const id = idsOf('inventory_level', changed)[0] ?? '';
    expect(idsOf('inventory_level', snapshot)).not.toContain(id);
    expect(await session.fetchRecords({ entity: 'inventory_level', remoteIds: [id], signal })).toEqual(changed);
  });

  test('what was deleted is left out when it is asked for by id', async () => {
    const session = world.open();
    const [kept, gone] = [await newParty(world), await newParty(world)];
    await world.client.delete('party.party', [Number(gone)]);
    const found = await session.fetchRecords({ entity: 'vendor', remoteIds: [gone, kept], signal });
    expect(idsOf('vendor', found)).toEqual([kept]);
  });

  test('a restarted server sends the same records', async () => {
    const read = async (): Promise<string> =>
      JSON.stringify(await readAll(world.open(), { entity: 'purchase_order', selection: everything, pageSize: 100 }));
    const before = await read();
    await world.server.restart();
    expect(await read()).toBe(before);
  });
});

async function clock(session: Session): Promise<string> {
  const now = await session.now(signal);
  if (now === null) throw new Error('Tryton told no time.');
  return now;
}

async function changedIds(session: Session, entity: Entity, since: string): Promise<string[]> {
  const items = await readAll(session, { entity, selection: { kind: 'changed', since }, pageSize: 100 });
  return idsOf(entity, items);
}

async function stampOf(session: Session, entity: Entity, id: string): Promise<string> {
  const [raw = null] = await session.fetchRecords({ entity, remoteIds: [id], signal });
  return tryton.entities[entity]?.identify(raw).stamp ?? '';
}

/** The day that the window goes by. */
function dayOf({ order_date: day }: JsonObject): string {
  return typeof day === 'string' ? day : '9999-12-31';
}

/** What was moved in less what was moved out, per product and storage location, where that is not 0. */
async function sumOfMoves({ client }: TrytonWorld): Promise<{ [level: string]: number }> {
  const fields = [
    'product',
    'from_location',
    'from_location.type',
    'to_location',
    'to_location.type',
    'internal_quantity',
  ];
  const sums = new Map<string, number>();
  for (const move of await client.searchRead('stock.move', [['state', '=', 'done']], { fields })) {
    for (const [end, sign] of [
      ['from_location', -1],
      ['to_location', 1],
    ] as const) {
      if ((move[`${end}.`] as Row)['type'] !== 'storage') continue;
      const level = `${String(move['product'])}@${String(move[end])}`;
      sums.set(level, (sums.get(level) ?? 0) + sign * Number(move['internal_quantity']));
    }
  }
  return Object.fromEntries([...sums].filter(([, sum]) => sum !== 0));
}
