import { Big } from 'big.js';
import type { PurchaseOrderStatus } from '../../model/entities/purchase-order.ts';
import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import {
  asRecord,
  readDate,
  readDecimal,
  readInteger,
  readList,
  readMoney,
  readObject,
  readRequiredText,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { addressFields, readAddress } from './address.ts';
import { modelSource } from './model-source.ts';
import { changedById, filled, idOf, identifyRecord, referenceTo, textBehind } from './record.ts';
import type { Domain, TrytonEntity } from './source.ts';
import { wireDate, wireInstant } from './values.ts';

/** Purchases with their lines, in one call. */
export const purchaseOrder: TrytonEntity<'purchase_order'> = {
  module: 'purchase',
  group: 'Purchase',
  source: modelSource({
    model: 'purchase.purchase',
    related: ['purchase.line', 'stock.move', 'product.product', 'currency.currency', 'account.tax'],
    fields: [
      ...[
        'number',
        'reference',
        'description',
        'comment',
        'state',
        'party',
        'warehouse',
        'purchase_date',
        'delivery_date',
      ],
      ...['currency.code', 'payment_term.name', 'untaxed_amount', 'tax_amount', 'total_amount'],
      ...['invoice_method', 'invoice_state', 'shipment_state'],
      ...addressFields('warehouse.address'),
      ...['lines.sequence', 'lines.type', 'lines.product', 'lines.product.type', 'lines.description'],
      ...['lines.quantity', 'lines.unit.symbol', 'lines.unit_price', 'lines.amount', 'lines.taxes.name'],
      ...['lines.delivery_date', 'lines.moves.state', 'lines.moves.quantity', 'lines.moves.unit'],
    ],
    parts: ['lines', 'lines.moves'],
    documentsFrom,
    pageSizeMax: 500,
  }),
  declaration: {
    snapshot: { order: 'id' },
    changed: changedById,
    deletes: 'scan',
    pageSize: 200,
    identify: identifyRecord,
    toUnified,
  },
};

/** A purchase has no date until it is confirmed, or ever when it was cancelled before: then the day it was made counts. */
function documentsFrom(day: string): Domain {
  const madeSince = ['create_date', '>=', wireInstant(`${day}T00:00:00.000000Z`)];
  return [
    [
      'OR',
      ['state', 'not in', ['done', 'cancelled']],
      ['purchase_date', '>=', wireDate(day)],
      [['purchase_date', '=', null], madeSince],
    ],
  ];
}

type Order = UnifiedData<'purchase_order'>;
type Line = Order['lines'][number];

function toUnified(raw: Json): Order {
  const record = asRecord(raw);
  const currency = textBehind(record, 'currency', 'code');
  const state = readRequiredText(record, 'state');
  const paymentTerm = textBehind(record, 'payment_term', 'name');
  const description = filled(readText(record, 'description'));
  return {
    number: filled(readText(record, 'number')),
    status: statusOf(state, readText(record, 'shipment_state')),
    remote_status: state,
    vendor: referenceTo(record, 'party'),
    site: referenceTo(record, 'warehouse'),
    order_date: readDate(record, 'purchase_date'),
    expected_date: readDate(record, 'delivery_date'),
    currency,
    payment_terms: paymentTerm === undefined ? undefined : { code: paymentTerm },
    ship_to: readObject(record, 'warehouse.', (warehouse) => readObject(warehouse, 'address.', readAddress)),
    external_reference: filled(readText(record, 'reference')),
    notes: filled(readText(record, 'comment')),
    totals: {
      net: readMoney(record, 'untaxed_amount', currency),
      tax: readMoney(record, 'tax_amount', currency),
      gross: readMoney(record, 'total_amount', currency),
    },
    receipt_status: readWord(record, 'shipment_state', receiptWords),
    invoice_status: invoiceStatusOf(record),
    lines: linesOf(record, { currency, state }),
    custom_fields: description === undefined ? undefined : { description },
  };
}

function statusOf(state: string, shipmentState: string | undefined): PurchaseOrderStatus {
  if (state !== 'processing') return statuses.get(state) ?? 'other';
  if (shipmentState === 'received') return 'received';
  return shipmentState === 'partially shipped' ? 'partially_received' : 'open';
}

const statuses: ReadonlyMap<string, PurchaseOrderStatus> = new Map([
  ['draft', 'draft'],
  ['quotation', 'pending_approval'],
  ['confirmed', 'approved'],
  ['done', 'closed'],
  ['cancelled', 'cancelled'],
]);

type Progress = NonNullable<Order['receipt_status']>;

const receiptWords: ReadonlyMap<string, Progress> = new Map([
  ['none', 'none'],
  ['waiting', 'none'],
  ['partially shipped', 'partial'],
  ['received', 'full'],
]);

/** Tryton tells how far the invoices are paid, not how much is invoiced: all of it is where invoices come with the order. */
function invoiceStatusOf(record: JsonObject): Progress | undefined {
  const state = readText(record, 'invoice_state');
  if (state === 'none' || state === 'pending') return 'none';
  if (state === undefined || state === 'exception') return undefined;
  const isWhole = readText(record, 'invoice_method') === 'order' || readText(record, 'shipment_state') === 'received';
  return isWhole ? 'full' : 'partial';
}

interface Header {
  readonly currency: string | undefined;
  readonly state: string;
}

/** As Tryton shows them: by sequence, those without one first, then by id. */
function linesOf(record: JsonObject, header: Header): Line[] {
  const read = (part: JsonObject) => ({
    line: toLine(part, header),
    sequence: readInteger(part, 'sequence') ?? Number.MIN_SAFE_INTEGER,
  });
  return (readList(record, 'lines.', read) ?? [])
    .sort(
      (left, right) =>
        left.sequence - right.sequence || Number(left.line.remote_line_id) - Number(right.line.remote_line_id),
    )
    .map(({ line }, index) => ({ ...line, position: index + 1 }));
}

function toLine(line: JsonObject, { currency, state }: Header): Line {
  const common = { remote_line_id: idOf(line), description: filled(readText(line, 'description')) };
  if (readText(line, 'type') !== 'line') return { ...common, type: 'text' };
  const ordered = readDecimal(line, 'quantity');
  const type = lineTypeOf(line);
  // Only goods are moved: of a service nothing tells how much was done.
  const received = type === 'item' ? quantityReceived(line, ordered) : undefined;
  const taxes = readList(line, 'taxes.', (tax) => readText(tax, 'name')) ?? [];
  return {
    ...common,
    type,
    item: referenceTo(line, 'product'),
    quantity: ordered === undefined ? undefined : { value: ordered, remote_unit: textBehind(line, 'unit', 'symbol') },
    unit_price: readMoney(line, 'unit_price', currency),
    tax_code: filled(taxes.join(', ')),
    net_amount: readMoney(line, 'amount', currency),
    expected_date: readDate(line, 'delivery_date'),
    quantity_received: received,
    status: lineStatusOf({ state, ordered, received }),
  };
}

/** A line without a product is booked to an account. */
function lineTypeOf(line: JsonObject): Line['type'] {
  if (line['product'] === null || line['product'] === undefined) return 'account';
  return textBehind(line, 'product', 'type') === 'service' ? 'service' : 'item';
}

/** The sum of the line's done moves; unknown where one is in another unit. A line that sends goods back has minus signs. */
function quantityReceived(line: JsonObject, ordered: string | undefined): string | undefined {
  const unit = readObject(line, 'unit.', (part) => part['id']);
  const moves = readList(line, 'moves.', (move) => ({
    isDone: readText(move, 'state') === 'done',
    isComparable: move['unit'] === unit,
    quantity: readDecimal(move, 'quantity') ?? '0',
  }));
  const done = (moves ?? []).filter(({ isDone }) => isDone);
  if (ordered === undefined || !done.every(({ isComparable }) => isComparable)) return undefined;
  const sum = done.reduce((total, { quantity }) => total.plus(quantity), new Big(0));
  return (ordered.startsWith('-') ? sum.neg() : sum).toFixed();
}

interface LineProgress {
  readonly state: string;
  readonly ordered: string | undefined;
  readonly received: string | undefined;
}

function lineStatusOf({ state, ordered, received }: LineProgress): Line['status'] {
  if (state === 'cancelled') return 'cancelled';
  if (state === 'done') return 'closed';
  if (ordered === undefined || received === undefined) return undefined;
  const [whole, part] = [new Big(ordered).abs(), new Big(received).abs()];
  if (part.eq(0)) return 'open';
  return part.gte(whole) ? 'received' : 'partially_received';
}
