import type { TrytonClient } from '../rpc.ts';
import { seedCompany } from './company.ts';
import { seedItems } from './items.ts';
import { seedLocations } from './locations.ts';
import { seedProductions } from './productions.ts';
import { seedPurchases } from './purchases.ts';
import { seedRestrictedUser } from './restricted-user.ts';
import { seedStock } from './stock.ts';
import { seedVendors } from './vendors.ts';

/** How many records the seed made, by Tryton's model name; for stateful models also by state. */
export interface SeedSummary {
  /** The day, `YYYY-MM-DD` UTC, that all dates of the seed lie before. */
  readonly today: string;
  readonly counts: { readonly [model: string]: number };
  readonly states: { readonly [model: string]: { readonly [state: string]: number } };
}

export interface SeedOptions {
  readonly today: string;
  readonly restrictedPassword: string;
}

/**
 * Fills an empty Tryton database over JSON-RPC: company, vendors, items, locations, stock, purchases, productions and
 * a user without rights. Names, codes and quantities are the same every time; only dates follow `today`.
 */
export async function seedTryton(client: TrytonClient, options: SeedOptions): Promise<SeedSummary> {
  const { today } = options;
  const company = await seedCompany(client);
  const vendors = await seedVendors(client, company);
  const items = await seedItems(client, company);
  const locations = await seedLocations(client);
  await seedStock(client, { today, company, items, locations });
  await seedPurchases(client, { today, company, vendors, items, locations });
  await seedProductions(client, { today, company, items, locations });
  await seedRestrictedUser(client, { company: company.id, password: options.restrictedPassword });
  return summarize(client, today);
}

const countedModels = [
  'party.party',
  'party.address',
  'party.contact_mechanism',
  'product.template',
  'product.product',
  'stock.location',
  'stock.move',
  'stock.inventory',
  'stock.shipment.in',
  'purchase.purchase',
  'purchase.line',
  'account.invoice',
  'production',
] as const;
const statefulModels = ['purchase.purchase', 'production', 'stock.move'] as const;

/** Counts what is there, inactive records included. */
async function summarize(client: TrytonClient, today: string): Promise<SeedSummary> {
  const counts: Record<string, number> = {};
  for (const model of countedModels) counts[model] = (await client.searchRead(model, [], allIds)).length;
  const states: Record<string, Record<string, number>> = {};
  for (const model of statefulModels) {
    const byState: Record<string, number> = {};
    for (const { state } of await client.searchRead(model, [], { fields: ['state'] })) {
      byState[String(state)] = (byState[String(state)] ?? 0) + 1;
    }
    states[model] = byState;
  }
  return { today, counts, states };
}

const allIds = { fields: ['id'], context: { active_test: false } } as const;
