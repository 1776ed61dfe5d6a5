import { stampOf } from '../stamps.ts';
import { idAt, randomFor, type Resource, type SamplePlan, token } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { masterTimes, stampsOf } from './sample-times.ts';
import { cities, companyNames, currencies, paymentTerms } from './words.ts';

const names = { idPrefix: 'SUP', idDigits: 6 };

/** Suppliers; `ChangedAt` is null until the first change, and four of five were never changed. */
export const suppliers: Resource = {
  name: 'suppliers',
  ...names,
  stamped: true,
  document: null,
  sample(plan, index) {
    const times = masterTimes(plan, 'suppliers', index);
    const changed = index % 5 === 4 && times.changed !== times.created;
    const stamps = changed ? stampsOf(times) : { createdAt: stampOf(times.created), changedAt: null, version: 1 };
    const facts = { id: idAt(names, index), ...stamps, documentDate: null, open: true };
    return encodeRow(facts, { stamped: true, fields: supplierFields(plan, index) });
  },
};

/** The id of an existing supplier, by any number. */
export function supplierId(plan: SamplePlan, number: number): string {
  return idAt(names, number % Math.max(1, plan.counts.suppliers));
}

/** The id that one order points to and that no supplier has. */
export const missingSupplierId = 'SUP999999';

/** The id of a supplier that is blocked for purchasing. */
export const blockedSupplierId = idAt(names, 5);

function supplierFields(plan: SamplePlan, index: number): Fields {
  const random = randomFor(plan, 'suppliers', index);
  const name = companyNames[index % companyNames.length] ?? companyNames[0];
  const status = statusAt(index);
  const address = random.pick(cities);
  return {
    Number: String(10_001 + index),
    Name: index < companyNames.length ? name : `${name} ${index + 1}`,
    LegalName: index % 4 === 0 ? `${name} (legal)` : null,
    TaxNumbers: index % 3 === 0 ? [`DE${String(100_000_000 + random.below(899_999_999))}`] : [],
    Emails: [`orders${index + 1}@supplier.example`],
    Phones: index % 2 === 0 ? [`+49 40 ${String(100_000 + random.below(899_999))}`] : [],
    Addresses: [
      { Kind: 'MAIN', Street: ['Hauptstraße 5', 'Gebäude 2'], ...address },
      ...(index % 3 === 0 ? [{ Kind: 'BILLING', Street: ['PO Box 12'], ...random.pick(cities) }] : []),
    ],
    Currency: random.pick(currencies),
    PaymentTerms: random.pick(paymentTerms),
    Status: status,
    BlockedFor: status === 'BLOCKED' ? (index % 2 === 1 ? ['PURCHASING', 'PAYMENT'] : ['PAYMENT']) : [],
    LegacyNumber: legacyNumberAt(index),
    Remarks: null,
    CustomFields: index % 6 === 0 ? { u_rating: 'A+', u_audited_on: '2026-03-31' } : {},
  };
}

function statusAt(index: number): string {
  if (index % 10 === 5) return 'BLOCKED';
  return index % 14 === 13 ? 'INACTIVE' : 'ACTIVE';
}

function legacyNumberAt(index: number): unknown {
  if (index % 7 === 0) return token('12345678901234567890');
  return index % 7 === 1 ? '00012345678901234567' : null;
}
