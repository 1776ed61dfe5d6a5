import { z } from 'zod';
import { decimal } from '../decimals.ts';
import { customFields, money } from './common.ts';

/** Something that is bought, stocked or used: a material, a service, a spare part. */
export const item = z.object({
  code: z.string().optional(),
  name: z.string(),
  status: z.enum(['active', 'blocked', 'inactive', 'other']),
  remote_status: z.string().optional(),
  type: z.enum(['stock', 'non_stock', 'service', 'asset', 'other']),
  remote_type: z.string().optional(),
  description: z.string().optional(),
  base_unit: z.string().optional(),
  purchase_unit: z.string().optional(),
  unit_conversions: z
    .array(z.object({ from: z.string(), to: z.string(), numerator: decimal, denominator: decimal }))
    .optional(),
  barcode: z.string().optional(),
  category: z.string().optional(),
  standard_cost: money.optional(),
  custom_fields: customFields.optional(),
});
