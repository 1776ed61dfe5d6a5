import { z } from 'zod';
import { customFields, date, money, reference } from './common.ts';

/** A machine, vehicle or piece of equipment that is maintained. */
export const asset = z.object({
  code: z.string().optional(),
  name: z.string(),
  status: z.enum(['active', 'in_repair', 'inactive', 'retired', 'other']),
  remote_status: z.string().optional(),
  kind: z.string().optional(),
  description: z.string().optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  serial_number: z.string().optional(),
  location: reference.optional(),
  parent: reference.optional(),
  /** 1 is the most critical. */
  criticality: z.number().int().min(1).max(5).optional(),
  installed_on: date.optional(),
  warranty_until: date.optional(),
  purchase_cost: money.optional(),
  custom_fields: customFields.optional(),
});
