import type { Row, TrytonClient } from '../rpc.ts';
import { date, daysBefore, decimal } from '../values.ts';
import type { Company } from './company.ts';
import type { Item } from './items.ts';
import type { Locations } from './locations.ts';
import { pressAcknowledging } from './press.ts';
import { receive } from './shipments.ts';
import type { Vendor } from './vendors.ts';

export interface PurchaseOptions {
  readonly today: string;
  readonly company: Company;
  readonly vendors: readonly Vendor[];
  readonly items: readonly Item[];
  readonly locations: Locations;
}

const model = 'purchase.purchase';

/** Orders `PO-0001` … made in one call: one transaction, so one stamp for all, over any page border. */
const bulkOrders = 300;
/** How many of those are then confirmed together, and so share a second stamp; the others have no `write_date`. */
const bulkProcessing = 110;
const spreadDays = 120;

/**
 * Makes 324 orders `PO-0001` … `PO-0324`, dates spread over the last 120 days. The first 300 come in one call; the
 * other 24 are led through the states one group at a time, see {@link stories}.
 */
export async function seedPurchases(client: TrytonClient, options: PurchaseOptions): Promise<void> {
  const bulk = await client.create(
    model,
    Array.from({ length: bulkOrders }, (_, index) => orderRow(index, options)),
  );
  await confirm(client, bulk.slice(-bulkProcessing));
  let number = bulkOrders;
  for (const story of stories) {
    const rows = Array.from({ length: story.orders }, (_, index) =>
      story.row(orderRow(number + index, options), options),
    );
    number += story.orders;
    await story.lead(client, await client.create(model, rows));
  }
}

interface Story {
  readonly orders: number;
  readonly row: (row: Row, options: PurchaseOptions) => Row;
  readonly lead: (client: TrytonClient, ids: readonly number[]) => Promise<void>;
}

const stories: readonly Story[] = [
  { orders: 5, row: (row) => row, lead: (client, ids) => client.press(model, 'quote', ids) },
  { orders: 4, row: (row) => row, lead: (client, ids) => client.press(model, 'cancel', ids) },
  { orders: 3, row: inEuro, lead: confirm },
  { orders: 2, row: withTextLines, lead: async () => undefined },
  { orders: 4, row: ofServices, lead: confirmAndSettle },
  { orders: 3, row: ofGoods, lead: confirmReceiveAndSettle },
  { orders: 2, row: ofGoods, lead: (client, ids) => confirmAndReceive(client, { ids, part: 0.5 }) },
  { orders: 1, row: ofServices, lead: confirmAndCancelInvoices },
];

/** Tryton goes on from confirmed to processing by itself. */
async function confirm(client: TrytonClient, ids: readonly number[]): Promise<void> {
  await client.press(model, 'quote', ids);
  await pressAcknowledging(client, model, { button: 'confirm', ids });
}

async function confirmAndReceive(
  client: TrytonClient,
  { ids, part }: { readonly ids: readonly number[]; readonly part: number },
): Promise<void> {
  await confirm(client, ids);
  for (const purchase of ids) await receive(client, { purchase, part });
}

/** The order's invoice state is then `exception`. */
async function confirmAndCancelInvoices(client: TrytonClient, ids: readonly number[]): Promise<void> {
  await confirm(client, ids);
  await cancelInvoices(client, ids);
}

/** Ends in `done`: nothing of a service is to be received, and the cancelled invoice is ignored. */
async function confirmAndSettle(client: TrytonClient, ids: readonly number[]): Promise<void> {
  await confirmAndCancelInvoices(client, ids);
  await ignoreInvoices(client, ids);
}

async function confirmReceiveAndSettle(client: TrytonClient, ids: readonly number[]): Promise<void> {
  await confirmAndReceive(client, { ids, part: 1 });
  await cancelInvoices(client, ids);
  await ignoreInvoices(client, ids);
}

async function cancelInvoices(client: TrytonClient, ids: readonly number[]): Promise<void> {
  for (const { invoices } of await client.searchRead(model, [['id', 'in', ids]], { fields: ['invoices'] })) {
    await client.press('account.invoice', 'cancel', invoices as number[]);
  }
}

async function ignoreInvoices(client: TrytonClient, ids: readonly number[]): Promise<void> {
  for (const { id, invoices } of await client.searchRead(model, [['id', 'in', ids]], { fields: ['invoices'] })) {
    await client.write(model, [id as number], { invoices_ignored: [['add', invoices ?? []]] });
  }
  await client.press(model, 'process', ids);
}

function orderRow(index: number, { today, company, vendors, items, locations }: PurchaseOptions): Row {
  const vendor = pick(vendors, index * 7);
  const warehouse = index % 3 === 2 ? locations.second.id : locations.main.id;
  const lines = Array.from({ length: 1 + (index % 5) }, (_, line) => lineRow(pick(items, index * 3 + line * 11), line));
  return {
    party: vendor.id,
    invoice_party: vendor.id,
    invoice_address: vendor.address,
    currency: company.usd,
    company: company.id,
    warehouse,
    reference: `PO-${String(index + 1).padStart(4, '0')}`,
    description: index % 10 === 0 ? `Order ${index + 1} – “spares”` : null,
    purchase_date: date(daysBefore(today, Math.floor((index * spreadDays) / bulkOrders) % spreadDays)),
    invoice_method: 'manual',
    lines: [['create', lines]],
  };
}

function lineRow(item: Item, line: number): Row {
  const quantity = 1 + ((item.id * 5 + line * 3) % 24);
  const unitPrice = decimal(item.costPrice);
  return { type: 'line', sequence: line + 1, product: item.id, quantity, unit: item.unit, unit_price: unitPrice };
}

function inEuro(row: Row, { company }: PurchaseOptions): Row {
  return { ...row, currency: company.eur, invoice_method: 'order' };
}

function withTextLines(row: Row, { items }: PurchaseOptions): Row {
  const first = lineRow(pick(items, 0), 1);
  const lines = [
    { type: 'title', sequence: 1, description: 'Spares' },
    { ...first, sequence: 2 },
    { type: 'comment', sequence: 3, description: 'Deliver to gate 3' },
    { type: 'line', sequence: 4, description: 'Freight, no product', quantity: 1, unit_price: decimal('25.00') },
    { type: 'subtotal', sequence: 5, description: 'Total' },
  ];
  return { ...row, lines: [['create', lines]] };
}

function ofServices(row: Row, { items }: PurchaseOptions): Row {
  const services = items.filter((item) => item.kind === 'service').slice(0, 2);
  return { ...row, invoice_method: 'order', lines: [['create', services.map(lineRow)]] };
}

function ofGoods(row: Row, { items }: PurchaseOptions): Row {
  const goods = items.filter((item) => item.kind === 'goods').slice(0, 3);
  return {
    ...row,
    invoice_method: 'order',
    lines: [['create', goods.map((item, line) => ({ ...lineRow(item, line), quantity: 10 }))]],
  };
}

function pick<Value>(values: readonly Value[], index: number): Value {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('The seed needs at least one vendor and one item.');
  return value;
}
