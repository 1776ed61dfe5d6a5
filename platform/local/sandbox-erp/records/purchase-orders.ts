import { dateOf, type Micros, microsPerDay } from '../stamps.ts';
import { bulkOrderRow } from './bulk-orders.ts';
import { type OrderLine, orderLines, orderTotals } from './order-lines.ts';
import {
  decimal,
  documentFacts,
  idAt,
  numberStyleAt,
  randomFor,
  type Resource,
  type SamplePlan,
  token,
} from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { documentAgeAt, documentTimes, stampsOf } from './sample-times.ts';
import { siteIds } from './sites.ts';
import { blockedSupplierId, missingSupplierId, supplierId } from './suppliers.ts';
import { buyers, cities, currencies, paymentTerms } from './words.ts';

const names = { idPrefix: 'PO', idDigits: 8 };
const closedStatuses = ['REJECTED', 'RECEIVED', 'COMPLETED', 'CANCELLED'] as const;
const openStatuses = ['DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'ORDERED', 'PARTIALLY_RECEIVED', 'ON_HOLD'] as const;
const allStatuses = [...openStatuses, ...closedStatuses] as const;
const largeOrderIndex = 4;
const largeOrderLines = 120;

/** Purchase orders with lines; in bulk of one plain shape. */
export const purchaseOrders: Resource = {
  name: 'purchase-orders',
  ...names,
  stamped: true,
  document: { dateField: 'OrderDate', dateForm: 'date', closedStatuses },
  sample(plan, index) {
    const times = documentTimes(plan, 'purchase-orders', index);
    const id = idAt(names, index);
    const status = orderStatusAt(index);
    if (plan.bulk)
      return bulkOrderRow(plan, {
        index,
        id,
        status,
        open: !closedStatuses.some((closed) => closed === status),
        times,
      });
    const fields = orderFields(plan, { index, id, status, created: times.created });
    const facts = { id, ...stampsOf(times), ...documentFacts(purchaseOrders, fields) };
    return encodeRow(facts, { stamped: true, fields });
  },
};

function orderFields(plan: SamplePlan, order: { index: number; id: string; status: string; created: Micros }): Fields {
  const { index, id, status, created } = order;
  const random = randomFor(plan, 'purchase-orders', index);
  const style = numberStyleAt(index);
  const currency = random.pick(currencies);
  const count = index === largeOrderIndex ? largeOrderLines : 1 + random.below(6);
  const lines = orderLines(plan, { ...order, random, style, count });
  const totals = orderTotals(lines);
  return {
    OrderNo: String(4_500_000_001 + index),
    Status: status,
    SupplierId: orderSupplierAt(plan, index),
    CompanyId: siteIds.company(),
    SiteId: siteIds.site(index),
    Buyer: random.pick(buyers),
    OrderDate: dateOf(created),
    ExpectedDate: status === 'DRAFT' ? null : dateOf(created + 14 * microsPerDay),
    Currency: currency,
    ExchangeRate: currency === 'EUR' ? null : decimal(108_437 + random.below(999), { scale: 5, style }),
    PaymentTerms: random.pick(paymentTerms),
    Incoterms: index % 3 === 0 ? 'DAP' : null,
    ShipTo: index % 2 === 0 ? { Name: 'Tor 3, Wareneingang', Street: ['Werkstraße 1'], ...random.pick(cities) } : null,
    ExternalReference: null,
    SupplierReference: index % 4 === 0 ? `AB-${10_000 + index}` : null,
    TotalNet: decimal(totals.net, { scale: 2, style }),
    TotalTax: decimal(totals.tax, { scale: 2, style }),
    TotalGross: decimal(totals.net + totals.tax, { scale: 2, style }),
    ReceiptStatus: { PARTIALLY_RECEIVED: 'PARTIAL', RECEIVED: 'FULL', COMPLETED: 'FULL' }[status] ?? 'NONE',
    InvoiceStatus: { RECEIVED: 'PARTIAL', COMPLETED: 'FULL' }[status] ?? 'NONE',
    LegacyNumber: index % 25 === 1 ? token('12345678901234567890') : null,
    Remarks: index % 5 === 0 ? 'Bitte vor 10 Uhr liefern – ありがとう 🙏' : null,
    CustomFields: customFieldsAt(index),
    Lines: lines.map((line) => lineFields(line, id)),
  };
}

function lineFields(line: OrderLine, orderId: string): Fields {
  return { LineId: `${orderId}-${line.number}`, LineNo: line.number, ...line.fields };
}

function orderSupplierAt(plan: SamplePlan, index: number): string {
  if (index === 2) return missingSupplierId;
  return index === 5 ? blockedSupplierId : supplierId(plan, index * 7);
}

function customFieldsAt(index: number): Fields {
  if (index !== 3 && index % 6 !== 0) return {};
  return { u_cost_approver: 'm.sato', u_project: 'Werk 2 / Ω', u_budget: token('125000.00'), u_tags: ['urgent', null] };
}

function orderStatusAt(index: number): string {
  const age = documentAgeAt(index);
  if (age === 'old_closed') return closedStatuses[index % closedStatuses.length] ?? 'COMPLETED';
  if (age === 'old_open') return openStatuses[3 + (index % 3)] ?? 'ORDERED';
  return allStatuses[Math.floor(index * 1.3) % allStatuses.length] ?? 'APPROVED';
}
