import type { JsonObject } from '../../model/json.ts';
import { querySql, type TrytonWorld } from './tryton-connector.ts';
import type { Row, RpcValue } from './tryton/rpc.ts';
import { date, decimal } from './tryton/values.ts';

/** What tests change in a real Tryton, past the connector. Changers answer the id of the record that it shows in. */

export async function newParty({ client }: TrytonWorld): Promise<string> {
  const [id] = await client.create('party.party', [{ name: 'Made by a test' }]);
  return String(id);
}

async function firstId({ client }: TrytonWorld, model: string, domain: RpcValue[]): Promise<number> {
  const [id] = await client.search(model, domain);
  if (id === undefined) throw new Error(`The seed has no ${model} for ${JSON.stringify(domain)}.`);
  return id;
}

/** A draft order with two lines, as Tryton wants it. */
export async function orderValues(world: TrytonWorld): Promise<Row> {
  const fields = ['party', 'invoice_party', 'invoice_address', 'currency', 'warehouse', 'company'];
  const [model = {}] = await world.client.searchRead('purchase.purchase', [['lines.type', '=', 'line']], {
    fields,
    limit: 1,
  });
  const unit = await firstId(world, 'product.uom', [['symbol', '=', 'u']]);
  const product = await firstId(world, 'product.product', [['default_uom', '=', unit]]);
  const line = { type: 'line', product, quantity: 5, unit, unit_price: decimal('4.1000') };
  const header = Object.fromEntries(fields.map((field) => [field, model[field] ?? null]));
  return { ...header, reference: 'made by a test', lines: [['create', [line, line]]] };
}

export async function draftOrder(world: TrytonWorld): Promise<{ id: string; lines: number[] }> {
  const [id = 0] = await world.client.create('purchase.purchase', [await orderValues(world)]);
  const [order] = await world.client.searchRead('purchase.purchase', [['id', '=', id]], { fields: ['lines'] });
  return { id: String(id), lines: order?.lines as number[] };
}

export async function renameTemplate(world: TrytonWorld): Promise<number> {
  const product = await firstId(world, 'product.product', []);
  const template = await firstId(world, 'product.template', [['products', '=', product]]);
  await world.client.write('product.template', [template], { name: 'Renamed by a test' });
  return product;
}

/** As a receipt does it for a product with average cost: the cost is kept beside its product, and is not to be called. */
export async function changeCost({ server }: TrytonWorld): Promise<number> {
  const [cost] = await querySql<{ product: number }>(
    server,
    `update product_cost_price set cost_price = 123.45, write_date = current_timestamp at time zone 'UTC'
     where id = (select min(id) from product_cost_price where product is not null) returning product`,
  );
  if (!cost) throw new Error('The seed has no product with a cost.');
  return cost.product;
}

export async function deactivateAddress(world: TrytonWorld): Promise<number> {
  const address = await firstId(world, 'party.address', []);
  // Asked first: a search does not show what is inactive.
  const party = await idBehind(world, 'party.address', { id: address, field: 'party' });
  await world.client.write('party.address', [address], { active: false });
  return party;
}

export async function editMove(world: TrytonWorld): Promise<number> {
  const line = await firstId(world, 'purchase.line', [['moves.state', '=', 'draft']]);
  const move = await firstId(world, 'stock.move', [
    ['origin', '=', `purchase.line,${line}`],
    ['state', '=', 'draft'],
  ]);
  await world.client.write('stock.move', [move], { quantity: 1 });
  return await idBehind(world, 'purchase.line', { id: line, field: 'purchase' });
}

export async function editInput(world: TrytonWorld): Promise<number> {
  const move = await firstId(world, 'stock.move', [
    ['production_input', '!=', null],
    ['state', '=', 'draft'],
  ]);
  await world.client.write('stock.move', [move], { planned_date: date('2026-01-01') });
  return await idBehind(world, 'stock.move', { id: move, field: 'production_input' });
}

async function idBehind(
  { client }: TrytonWorld,
  model: string,
  { id, field }: { id: number; field: string },
): Promise<number> {
  const [record] = await client.searchRead(model, [['id', '=', id]], { fields: [field] });
  return record?.[field] as number;
}

/** Counts a product at a location, which makes a stock move of the difference. */
export async function countStock(
  { client, server }: TrytonWorld,
  { level, quantity }: { level: JsonObject; quantity: number },
): Promise<void> {
  const [product, location] = [level['item'], level['location']].map((target) =>
    Number((target as JsonObject)['remote_id']),
  );
  const lines = [['create', [{ product: product ?? 0, quantity }]]];
  const values = { location: location ?? 0, date: date(server.seed.today), empty_quantity: 'keep', company: 1, lines };
  const [id = 0] = await client.create('stock.inventory', [values]);
  await client.press('stock.inventory', 'confirm', [id]);
}
