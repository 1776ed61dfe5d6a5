import type { Row, TrytonClient } from '../rpc.ts';

/** Receives that part (1 = all) of each open line of an order, through one supplier shipment. */
export async function receive(
  client: TrytonClient,
  { purchase, part }: { readonly purchase: number; readonly part: number },
): Promise<void> {
  const [order] = await client.searchRead('purchase.purchase', [['id', '=', purchase]], {
    fields: [
      ...['party', 'warehouse', 'warehouse.input_location', 'warehouse.storage_location'],
      ...['company', 'moves', 'reference'],
    ],
  });
  if (!order) throw new Error(`The Tryton database has no purchase ${purchase}.`);
  const moves = order.moves as number[];
  const warehouse = order['warehouse.'] as Row;
  const [shipment = 0] = await client.create('stock.shipment.in', [
    {
      supplier: order.party ?? null,
      warehouse: order.warehouse ?? null,
      warehouse_input: warehouse.input_location ?? null,
      warehouse_storage: warehouse.storage_location ?? null,
      company: order.company ?? null,
      reference: `Delivery of ${String(order.reference)}`,
      incoming_moves: [['add', moves]],
    },
  ]);
  for (const { id, quantity } of await client.searchRead('stock.move', [['id', 'in', moves]], {
    fields: ['quantity'],
  })) {
    await client.write('stock.move', [id as number], { quantity: Number(quantity) * part });
  }
  await client.press('stock.shipment.in', 'receive', [shipment]);
  await client.press('stock.shipment.in', 'do', [shipment]);
}
