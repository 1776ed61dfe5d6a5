import { z } from 'zod';
import { address, customFields, reference } from './common.ts';

/** A place that holds stock or assets, from a whole company down to a bin. */
export const location = z.object({
  code: z.string().optional(),
  name: z.string(),
  kind: z.enum(['company', 'site', 'warehouse', 'storage', 'bin', 'other']),
  remote_kind: z.string().optional(),
  status: z.enum(['active', 'inactive', 'other']),
  parent: reference.optional(),
  company: reference.optional(),
  address: address.optional(),
  custom_fields: customFields.optional(),
});
