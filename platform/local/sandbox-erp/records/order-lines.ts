import { dateOf, type Micros, microsPerDay } from '../stamps.ts';
import { materialId, materialName } from './materials.ts';
import type { Random } from './random.ts';
import { decimal, type NumberStyle, type SamplePlan } from './resource.ts';
import type { Fields } from './row.ts';
import { siteIds } from './sites.ts';

/** One line of a sample order; amounts in hundredths of the currency. */
export interface OrderLine {
  readonly number: number;
  readonly net: number;
  readonly fields: Fields;
}

interface LinePlan {
  readonly index: number;
  readonly status: string;
  readonly created: Micros;
  readonly random: Random;
  readonly style: NumberStyle;
  readonly count: number;
}

const taxPercent = 19;

/** The lines of one order; quantities received and line states follow the order's status. */
export function orderLines(plan: SamplePlan, order: LinePlan): OrderLine[] {
  return Array.from({ length: order.count }, (_, position) => {
    const number = (position + 1) * 10;
    const text = order.index % 9 === 8 && position === order.count - 1 && order.count > 1;
    return text ? textLine(number) : pricedLine(plan, { order, position, number });
  });
}

/** Sums over the lines, in hundredths. */
export function orderTotals(lines: readonly OrderLine[]): { net: number; tax: number } {
  const net = lines.reduce((sum, line) => sum + line.net, 0);
  return { net, tax: Math.round((net * taxPercent) / 100) };
}

function textLine(number: number): OrderLine {
  const fields = { Type: 'TEXT', Description: 'Deliver in one shipment.\nNo pallets.', Status: 'OPEN' };
  return { number, net: 0, fields };
}

function pricedLine(plan: SamplePlan, place: { order: LinePlan; position: number; number: number }): OrderLine {
  const { order, position, number } = place;
  const { random, style, status } = order;
  const material = order.index * 3 + position;
  const type = lineTypeAt(order.index, position);
  const quantity = (1 + random.below(40)) * 500;
  const price = 50 + random.below(90_000);
  const priceUnit = material % 10 === 0 ? 100 : 1;
  const discount = material % 7 === 0 ? 250 : 0;
  const net = Math.round((quantity * price * (10_000 - discount)) / (1000 * priceUnit * 10_000));
  const received = { RECEIVED: quantity, COMPLETED: quantity }[status] ?? partlyReceived(status, position, quantity);
  return {
    number,
    net,
    fields: {
      Type: type,
      MaterialId: type === 'ITEM' ? materialId(plan, material) : null,
      Description: type === 'ITEM' ? materialName(plan, material) : 'Montage vor Ort',
      Quantity: decimal(quantity, { scale: 3, style }),
      Unit: type === 'SERVICE' ? 'H' : 'EA',
      NetPrice: decimal(price, { scale: 2, style }),
      PriceUnit: priceUnit,
      DiscountPercent: discount === 0 ? null : decimal(discount, { scale: 2, style }),
      TaxCode: 'V19',
      NetAmount: decimal(net, { scale: 2, style }),
      SiteId: siteIds.warehouse(order.index),
      Account: type === 'ACCOUNT' ? '620000' : null,
      CostCenter: type === 'ITEM' ? null : 'CC-1000',
      ExpectedDate: dateOf(order.created + (7 + position) * microsPerDay),
      QuantityReceived: decimal(received, { scale: 3, style }),
      QuantityInvoiced: decimal(status === 'COMPLETED' ? quantity : 0, { scale: 3, style }),
      Status: lineStatus(status, { received, quantity }),
      CustomFields: position === 0 && order.index % 6 === 0 ? { u_inspection: 'yes' } : {},
    },
  };
}

function lineTypeAt(index: number, position: number): 'ITEM' | 'SERVICE' | 'ACCOUNT' {
  if (position !== 1) return 'ITEM';
  if (index % 5 === 1) return 'SERVICE';
  return index % 5 === 2 ? 'ACCOUNT' : 'ITEM';
}

function partlyReceived(status: string, position: number, quantity: number): number {
  if (status !== 'PARTIALLY_RECEIVED') return 0;
  return position % 2 === 0 ? quantity / 2 : 0;
}

function lineStatus(status: string, amounts: { received: number; quantity: number }): string {
  if (status === 'CANCELLED' || status === 'REJECTED') return 'CANCELLED';
  if (status === 'COMPLETED') return 'CLOSED';
  if (amounts.received === 0) return 'OPEN';
  return amounts.received < amounts.quantity ? 'PARTIALLY_RECEIVED' : 'RECEIVED';
}
