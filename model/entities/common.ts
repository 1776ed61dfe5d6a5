import { z } from 'zod';
import { decimal } from '../decimals.ts';
import { calendarDate } from '../instants.ts';
import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/**
 * Parts that unified models share. An absent field is one that the system does not have or did not say. A key's place in
 * a schema is part of the content hash: new fields go to the end, and a change of order rewrites every record.
 */

/** A pointer to another record by its remote id; id, code and name of the target are joined at read time. */
export const reference = z.object({ remote_id: z.string().min(1) });
export type Reference = z.infer<typeof reference>;

export const money = z.object({ amount: decimal, currency: z.string().length(3) });
export type Money = z.infer<typeof money>;

/** A quantity with its unit as our code where the connector knows it, and as the system writes it. */
export const quantity = z.object({ value: decimal, unit: z.string().optional(), remote_unit: z.string().optional() });
export type Quantity = z.infer<typeof quantity>;

export const address = z.object({
  kind: z.string().optional(),
  lines: z.array(z.string()).optional(),
  city: z.string().optional(),
  region: z.string().optional(),
  postal_code: z.string().optional(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().length(2).optional(),
});

export const paymentTerms = z.object({ code: z.string(), days: z.number().int().optional() });

/** Fields that our model lacks, by their remote names; the map is sorted, so that it hashes the same in any order. */
export const customFields = z.record(z.string(), z.custom<Json>()).transform((fields) => sortKeys(fields));

export const date = calendarDate;

function sortKeys(fields: JsonObject): JsonObject {
  const sorted: JsonObject = {};
  for (const key of Object.keys(fields).sort()) sorted[key] = sortValue(fields[key] ?? null);
  return sorted;
}

function sortValue(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortValue);
  return isJsonObject(value) ? sortKeys(value) : value;
}
