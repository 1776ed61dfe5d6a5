import { z } from 'zod';
import { decimal } from '../decimals.ts';
import { address, customFields, date, money, paymentTerms, quantity, reference } from './common.ts';

export const purchaseOrderStatus = z.enum([
  'draft',
  'pending_approval',
  'approved',
  'rejected',
  'open',
  'partially_received',
  'received',
  'closed',
  'cancelled',
  'on_hold',
  'other',
]);
export type PurchaseOrderStatus = z.infer<typeof purchaseOrderStatus>;

const progress = z.enum(['none', 'partial', 'full']);

const purchaseOrderLine = z.object({
  remote_line_id: z.string(),
  position: z.number().int().optional(),
  type: z.enum(['item', 'service', 'text', 'account']),
  item: reference.optional(),
  description: z.string().optional(),
  quantity: quantity.optional(),
  unit_price: money.optional(),
  /** The quantity that the unit price is for, where it is not 1. */
  price_per: decimal.optional(),
  discount_percent: decimal.optional(),
  tax_code: z.string().optional(),
  net_amount: money.optional(),
  location: reference.optional(),
  account: z.string().optional(),
  cost_object: z.string().optional(),
  expected_date: date.optional(),
  quantity_received: decimal.optional(),
  quantity_invoiced: decimal.optional(),
  status: z.enum(['open', 'partially_received', 'received', 'closed', 'cancelled']).optional(),
  custom_fields: customFields.optional(),
});

/** An order to a vendor, with its lines. */
export const purchaseOrder = z.object({
  /** Absent while the system has not numbered it yet. */
  number: z.string().optional(),
  status: purchaseOrderStatus,
  remote_status: z.string(),
  vendor: reference.optional(),
  company: reference.optional(),
  site: reference.optional(),
  buyer: z.string().optional(),
  order_date: date.optional(),
  expected_date: date.optional(),
  currency: z.string().length(3).optional(),
  exchange_rate: decimal.optional(),
  payment_terms: paymentTerms.optional(),
  incoterms: z.string().optional(),
  ship_to: address.optional(),
  /** Our own reference, where the system keeps it. */
  external_reference: z.string().optional(),
  vendor_reference: z.string().optional(),
  notes: z.string().optional(),
  totals: z.object({ net: money.optional(), tax: money.optional(), gross: money.optional() }).optional(),
  receipt_status: progress.optional(),
  invoice_status: progress.optional(),
  lines: z.array(purchaseOrderLine),
  custom_fields: customFields.optional(),
});
export type PurchaseOrder = z.input<typeof purchaseOrder>;
