import type { Row, TrytonClient } from '../rpc.ts';
import { first } from './company.ts';

export interface Warehouse {
  readonly id: number;
  readonly input: number;
  readonly storage: number;
  readonly production: number;
  /** Storage locations below `storage`. */
  readonly bins: readonly number[];
}

export interface Locations {
  /** `WH`, which comes with the stock module. */
  readonly main: Warehouse;
  /** `WH2`, made here. */
  readonly second: Warehouse;
  readonly supplier: number;
}

/** Adds racks to the main warehouse and a second warehouse with its own zones and bins. */
export async function seedLocations(client: TrytonClient): Promise<Locations> {
  await seedSecondWarehouse(client);
  const bins = (parent: number, names: readonly string[]): Row[] =>
    names.map((code) => ({ name: `Bin ${code}`, code, type: 'storage', parent }));
  const main = await readWarehouse(client, 'WH');
  const second = await readWarehouse(client, 'WH2');
  await client.create('stock.location', [
    ...bins(main.storage, ['A-01', 'A-02', 'B-01']),
    ...bins(second.storage, ['Y-01', 'Y-02']),
  ]);
  return {
    main: await readWarehouse(client, 'WH'),
    second: await readWarehouse(client, 'WH2'),
    supplier: await first(client, 'stock.location', [['type', '=', 'supplier']]),
  };
}

async function seedSecondWarehouse(client: TrytonClient): Promise<void> {
  const zone = (name: string, code: string, type = 'storage') => ({ name: `${name} WH2`, code: `${code}2`, type });
  const [input = 0, output = 0, storage = 0, production = 0] = await client.create('stock.location', [
    zone('Input', 'IN'),
    zone('Output', 'OUT'),
    zone('Storage', 'STO'),
    zone('Production', 'PROD', 'production'),
  ]);
  const zones = { input_location: input, output_location: output, storage_location: storage };
  const lostFound = await first(client, 'stock.location', [['type', '=', 'lost_found']]);
  const others = { production_location: production, lost_found_location: lostFound };
  const [id = 0] = await client.create('stock.location', [
    { name: 'Second Warehouse', code: 'WH2', type: 'warehouse', ...zones, ...others },
  ]);
  // A production location may not lie in a warehouse.
  await client.write('stock.location', [input, output, storage], { parent: id });
}

async function readWarehouse(client: TrytonClient, code: string): Promise<Warehouse> {
  const fields = ['input_location', 'storage_location', 'production_location'];
  const [row] = await client.searchRead('stock.location', [['code', '=', code]], { fields });
  if (!row) throw new Error(`The Tryton database has no warehouse ${code}.`);
  const storage = row.storage_location as number;
  return {
    id: row.id as number,
    input: row.input_location as number,
    storage,
    production: row.production_location as number,
    bins: await client.search('stock.location', [['parent', '=', storage]]),
  };
}
