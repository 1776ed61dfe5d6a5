import type { Entity } from '../../../model/entities/registry.ts';
import { pressAcknowledging } from '../../support/tryton/seed/press.ts';
import type { Row, TrytonClient } from '../../support/tryton/rpc.ts';
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
  let made = 0;
  const label = (): string => `Made by a test ${(made += 1)}`;
  const one = async (model: string, domain: Parameters<TrytonClient['search']>[1]): Promise<number> => {
    const [id] = await client.search(model, domain);
    if (id === undefined) throw new Error(`The seeded Tryton has no ${model} with ${JSON.stringify(domain)}.`);
    return id;
  };
  const write = async (model: string, { id, values }: { id: number; values: Row }): Promise<string> => {
    await client.write(model, [id], values);
    return String(id);
  };
  const create = async (model: string, values: Row): Promise<string> =>
    String((await client.create(model, [values]))[0]);
  const copy = async (model: string, id: number): Promise<string> => {
    const ids = (await client.call(`model.${model}.copy`, [[id]])) as number[];
    return String(ids[0]);
  };
  const removeFrom = (model: string) => (remoteId: string) => client.delete(model, [Number(remoteId)]);
  const unit = await one('product.uom', [['symbol', '=', 'u']]);
  const storage = await one('stock.location', [['code', '=', 'STO2']]);

  return {
    vendor: {
      create: () => create('party.party', { name: label() }),
      change: async () =>
        write('party.party', { id: await one('party.party', [['code', '=', 'V-1003']]), values: { name: label() } }),
      remove: removeFrom('party.party'),
    },
    item: {
      create: async () => {
        const values = { name: label(), type: 'service', default_uom: unit, products: [['create', [{}]]] };
        const template = Number(await create('product.template', values));
        return String(await one('product.product', [['template', '=', template]]));
      },
      change: async () =>
        write('product.product', {
          id: await one('product.product', [['code', '=', 'BRG-6204']]),
          values: { description: label() },
        }),
      remove: removeFrom('product.product'),
    },
    location: {
      create: () => create('stock.location', { name: label(), type: 'storage', parent: storage }),
      change: async () =>
        write('stock.location', {
          id: await one('stock.location', [['code', '=', 'A-01']]),
          values: { name: label() },
        }),
      remove: removeFrom('stock.location'),
    },
    inventory_level: {
      create: () => count(client, { today, item: 'GLV-10', location: storage, quantity: (made += 1) }),
      change: () => count(client, { today, item: 'BRG-6204', location: storage, quantity: 5_000 + (made += 1) }),
    },
    purchase_order: {
      create: async () => copy('purchase.purchase', await one('purchase.purchase', [['reference', '=', 'PO-0003']])),
      change: async () =>
        write('purchase.purchase', {
          id: await one('purchase.purchase', [['reference', '=', 'PO-0005']]),
          values: { comment: label() },
        }),
      remove: (remoteId) => cancelAndDelete(client, 'purchase.purchase', Number(remoteId)),
    },
    work_order: {
      create: async () => copy('production', await one('production', [['reference', '=', 'WO-001']])),
      change: async () =>
        write('production', {
          id: await one('production', [['reference', '=', 'WO-002']]),
          values: { reference: label() },
        }),
      remove: (remoteId) => cancelAndDelete(client, 'production', Number(remoteId)),
    },
  };
}

interface Count {
  readonly today: string;
  readonly item: string;
  readonly location: number;
  readonly quantity: number;
}

/** An inventory that says how much of an item lies at a location; Tryton makes the move. */
async function count(client: TrytonClient, { today, item, location, quantity }: Count): Promise<string> {
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
