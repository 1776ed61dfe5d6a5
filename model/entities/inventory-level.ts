import { z } from 'zod';
import { decimal } from '../decimals.ts';
import { customFields, reference } from './common.ts';

/**
 * How much of an item lies at a location, per lot, serial number and stock type. Read only: stock is changed by
 * movements. The remote id is made of those five, since systems keep no id for a level.
 */
export const inventoryLevel = z.object({
  item: reference,
  location: reference,
  lot: z.string().optional(),
  serial: z.string().optional(),
  stock_type: z.enum(['unrestricted', 'quality', 'blocked', 'reserved', 'in_transit', 'other']),
  remote_stock_type: z.string().optional(),
  unit: z.string().optional(),
  on_hand: decimal,
  reserved: decimal.optional(),
  available: decimal.optional(),
  custom_fields: customFields.optional(),
});
