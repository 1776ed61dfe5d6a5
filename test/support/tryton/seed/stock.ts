import type { TrytonClient } from '../rpc.ts';
import { date, daysBefore } from '../values.ts';
import type { Company } from './company.ts';
import type { Item } from './items.ts';
import type { Locations } from './locations.ts';
import { pressAcknowledging } from './press.ts';

export interface StockOptions {
  readonly today: string;
  readonly company: Company;
  readonly items: readonly Item[];
  readonly locations: Locations;
}

const countedItems = 20;

/**
 * Counts the first 20 goods: in the storage of both warehouses and in three bins, so that one item lies in up to three
 * places and a parent's stock includes that of its bins.
 */
export async function seedStock(
  client: TrytonClient,
  { today, company, items, locations }: StockOptions,
): Promise<void> {
  const goods = items.filter((item) => item.kind === 'goods').slice(0, countedItems);
  const { main, second } = locations;
  const counts = [
    { location: main.storage, days: 110, goods },
    { location: second.storage, days: 75, goods: goods.filter((_, index) => index % 2 === 0) },
    { location: main.bins[0] ?? 0, days: 40, goods: goods.slice(0, 8) },
    { location: main.bins[1] ?? 0, days: 12, goods: goods.slice(8, 12) },
    { location: second.bins[0] ?? 0, days: 3, goods: goods.slice(0, 5) },
  ];
  const inventories = await client.create(
    'stock.inventory',
    counts.map((count, place) => ({
      location: count.location,
      date: date(daysBefore(today, count.days)),
      company: company.id,
      empty_quantity: 'keep',
      lines: [
        ['create', count.goods.map((item, index) => ({ product: item.id, quantity: 200 + 37 * index - 20 * place }))],
      ],
    })),
  );
  await pressAcknowledging(client, 'stock.inventory', { button: 'confirm', ids: inventories });
}
