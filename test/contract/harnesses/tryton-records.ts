import type { Entity } from '../../../model/entities/registry.ts';
import { pressAcknowledging } from '../../support/tryton/seed/press.ts';
import type { Domain, Row, TrytonClient } from '../../support/tryton/rpc.ts';
import { date } from '../../support/tryton/values.ts';

/** How records of an entity come, change and go in Tryton, as a user's client would do it. */
interface RecordActions {
  create(): Promise<string>;
  change(): Promise<string>;
  remove?(remoteId: string): Promise<void>;
}

export type TrytonRecords = Readonly<Record<Exclude<Entity, 'asset'>, RecordActions>>;

/** Works on the seeded database: new orders and productions are copies of seeded ones. */
export async function openTrytonRecords(client: TrytonClient, { today }: { today: string }): Promise<TrytonRecords> {
  const unit = await one(client, 'product.uom', [['symbol', '=', 'u']]);
  const storage = await one(client, 'stock.location', [['code', '=', 'STO2']]);
  let made = 0;
  const next = (): number => (made += 1);
  const label = (): string => `Made by a test ${next()}`;
  const remove = (model: string) => (remoteId: string) => client.delete(model, [Number(remoteId)]);
  const change = (model: string, domain: Domain, field: string) => async (): Promise<string> => {
    const id = await one(client, model, domain);
    await client.write(model, [id], { [field]: label() });
    return String(id);
  };
  const count = (item: string, quantity: number): Promise<string> =>
    countStock(client, { today, item, location: storage, quantity });

  return {
    vendor: {
      create: () => create(client, 'party.party', { name: label() }),
      change: change('party.party', [['code', '=', 'V-1003']], 'name'),
      remove: remove('party.party'),
    },
    item: {
      create: () => createItem(client, { name: label(), type: 'service', default_uom: unit }),
      change: change('product.product', [['code', '=', 'BRG-6204']], 'description'),
      remove: remove('product.product'),
    },
    location: {
      create: () => create(client, 'stock.location', { name: label(), type: 'storage', parent: storage }),
      change: change('stock.location', [['code', '=', 'A-01']], 'name'),
      remove: remove('stock.location'),
    },
    inventory_level: { create: () => count('GLV-10', next()), change: () => count('BRG-6204', 5_000 + next()) },
    purchase_order: {
      create: () => copy(client, 'purchase.purchase', [['reference', '=', 'PO-0003']]),
      change: change('purchase.purchase', [['reference', '=', 'PO-0005']], 'comment'),
      remove: (remoteId) => cancelAndDelete(client, 'purchase.purchase', Number(remoteId)),
    },
    work_order: {
      create: () => copy(client, 'production', [['reference', '=', 'WO-001']]),
      change: change('production', drafts, 'reference'),
      remove: (remoteId) => cancelAndDelete(client, 'production', Number(remoteId)),
    },
  };
}

/** Productions of the seed that nobody works on yet, without the one that is copied. */
const drafts: Domain = [
  ['reference', 'like', 'WO-00%'],
  ['reference', '!=', 'WO-001'],
];

async function one(client: TrytonClient, model: string, domain: Domain): Promise<number> {
  const [id] = await client.search(model, domain);
  if (id === undefined) throw new Error(`The seeded Tryton has no ${model} with ${JSON.stringify(domain)}.`);
  return id;
}

async function create(client: TrytonClient, model: string, values: Row): Promise<string> {
  const [id] = await client.create(model, [values]);
  return String(id);
}

async function copy(client: TrytonClient, model: string, domain: Domain): Promise<string> {
  const [id] = (await client.call(`model.${model}.copy`, [[await one(client, model, domain)]])) as number[];
  return String(id);
}

/** A product comes with its template. */
async function createItem(client: TrytonClient, template: Row): Promise<string> {
  const id = await create(client, 'product.template', { ...template, products: [['create', [{}]]] });
  return String(await one(client, 'product.product', [['template', '=', Number(id)]]));
}

interface Count {
  readonly today: string;
  readonly item: string;
  readonly location: number;
  readonly quantity: number;
}

/** An inventory that says how much of an item lies at a location; Tryton makes the move. */
async function countStock(client: TrytonClient, { today, item, location, quantity }: Count): Promise<string> {
  const [product = 0] = await client.search('product.product', [['code', '=', item]]);
  const lines = [['create', [{ product, quantity }]]];
  const values = { location, date: date(today), empty_quantity: 'keep', lines };
  const ids = await client.create('stock.inventory', [values]);
  await pressAcknowledging(client, 'stock.inventory', { button: 'confirm', ids });
  return `${product}@${location}`;
}

async function cancelAndDelete(client: TrytonClient, model: string, id: number): Promise<void> {
  await client.press(model, 'cancel', [id]);
  await client.delete(model, [id]);
}
