import type { PurchaseOrderStatus } from '../../model/entities/purchase-order.ts';
import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import {
  asRecord,
  readDate,
  readDecimal,
  readInteger,
  readList,
  readMoney,
  readObject,
  readReference,
  readRequiredText,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields, readPaymentTerms, toAddress } from './reading.ts';

export const purchaseOrder: EntityDeclaration<'purchase_order'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'scan',
  identify: identifyStamped,
  toUnified,
};

type Order = UnifiedData<'purchase_order'>;
type Line = Order['lines'][number];

function toUnified(raw: Json): Order {
  const record = asRecord(raw);
  const currency = readText(record, 'Currency');
  const remoteStatus = readRequiredText(record, 'Status');
  return {
    number: readText(record, 'OrderNo'),
    status: statuses.get(remoteStatus) ?? 'other',
    remote_status: remoteStatus,
    vendor: readReference(record, 'SupplierId'),
    company: readReference(record, 'CompanyId'),
    site: readReference(record, 'SiteId'),
    buyer: readText(record, 'Buyer'),
    order_date: readDate(record, 'OrderDate'),
    expected_date: readDate(record, 'ExpectedDate'),
    currency,
    exchange_rate: readDecimal(record, 'ExchangeRate'),
    payment_terms: readPaymentTerms(record),
    incoterms: readText(record, 'Incoterms'),
    ship_to: readObject(record, 'ShipTo', toAddress),
    external_reference: readText(record, 'ExternalReference'),
    vendor_reference: readText(record, 'SupplierReference'),
    notes: readText(record, 'Remarks'),
    totals: {
      net: readMoney(record, 'TotalNet', currency),
      tax: readMoney(record, 'TotalTax', currency),
      gross: readMoney(record, 'TotalGross', currency),
    },
    receipt_status: readWord(record, 'ReceiptStatus', progress),
    invoice_status: readWord(record, 'InvoiceStatus', progress),
    lines: readList(record, 'Lines', (line) => toLine(line, currency)) ?? [],
    custom_fields: readCustomFields(record, lackingFields),
  };
}

function toLine(line: JsonObject, currency: string | undefined): Line {
  const value = readDecimal(line, 'Quantity');
  const unit = readText(line, 'Unit');
  const item = readReference(line, 'MaterialId');
  return {
    remote_line_id: readRequiredText(line, 'LineId'),
    position: readInteger(line, 'LineNo'),
    type: readWord(line, 'Type', lineTypes) ?? (item ? 'item' : 'account'),
    item,
    description: readText(line, 'Description'),
    quantity: value === undefined ? undefined : { value, unit, remote_unit: unit },
    unit_price: readMoney(line, 'NetPrice', currency),
    price_per: readDecimal(line, 'PriceUnit'),
    discount_percent: readDecimal(line, 'DiscountPercent'),
    tax_code: readText(line, 'TaxCode'),
    net_amount: readMoney(line, 'NetAmount', currency),
    location: readReference(line, 'SiteId'),
    account: readText(line, 'Account'),
    cost_object: readText(line, 'CostCenter'),
    expected_date: readDate(line, 'ExpectedDate'),
    quantity_received: readDecimal(line, 'QuantityReceived'),
    quantity_invoiced: readDecimal(line, 'QuantityInvoiced'),
    status: readWord(line, 'Status', lineStatuses),
    custom_fields: readCustomFields(line),
  };
}

const lackingFields = ['LegacyNumber'];

const statuses: ReadonlyMap<string, PurchaseOrderStatus> = new Map([
  ['DRAFT', 'draft'],
  ['PENDING_APPROVAL', 'pending_approval'],
  ['APPROVED', 'approved'],
  ['ORDERED', 'open'],
  ['PARTIALLY_RECEIVED', 'partially_received'],
  ['ON_HOLD', 'on_hold'],
  ['REJECTED', 'rejected'],
  ['RECEIVED', 'received'],
  ['COMPLETED', 'closed'],
  ['CANCELLED', 'cancelled'],
]);

const progress: ReadonlyMap<string, NonNullable<Order['receipt_status']>> = new Map([
  ['NONE', 'none'],
  ['PARTIAL', 'partial'],
  ['FULL', 'full'],
]);

const lineTypes: ReadonlyMap<string, Line['type']> = new Map([
  ['ITEM', 'item'],
  ['SERVICE', 'service'],
  ['TEXT', 'text'],
  ['ACCOUNT', 'account'],
]);

const lineStatuses: ReadonlyMap<string, NonNullable<Line['status']>> = new Map([
  ['OPEN', 'open'],
  ['PARTIALLY_RECEIVED', 'partially_received'],
  ['RECEIVED', 'received'],
  ['CLOSED', 'closed'],
  ['CANCELLED', 'cancelled'],
]);
