import { z } from 'zod';
import { address, customFields, paymentTerms } from './common.ts';

const vendorStatus = z.enum(['active', 'blocked', 'inactive', 'other']);

/** A supplier of goods or services. */
export const vendor = z.object({
  code: z.string().optional(),
  name: z.string(),
  status: vendorStatus,
  remote_status: z.string().optional(),
  legal_name: z.string().optional(),
  tax_ids: z.array(z.string()).optional(),
  emails: z.array(z.string()).optional(),
  phones: z.array(z.string()).optional(),
  addresses: z.array(address).optional(),
  currency: z.string().length(3).optional(),
  payment_terms: paymentTerms.optional(),
  blocked_for: z.array(z.enum(['purchasing', 'payment'])).optional(),
  custom_fields: customFields.optional(),
});
