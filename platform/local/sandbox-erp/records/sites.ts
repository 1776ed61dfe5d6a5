import { idAt, randomFor, type Resource, type SamplePlan } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { masterTimes, stampsOf } from './sample-times.ts';
import { cities } from './words.ts';

const names = { idPrefix: 'LOC', idDigits: 6 };
const siteCount = 3;
const warehousesPerSite = 2;
const firstWarehouse = 1 + siteCount;
const firstBin = firstWarehouse + siteCount * warehousesPerSite;

/** One company, three sites, two warehouses each, the rest bins. */
export const sites: Resource = {
  name: 'sites',
  ...names,
  stamped: true,
  document: null,
  sample(plan, index) {
    const times = stampsOf(masterTimes(plan, 'sites', index));
    const facts = { id: idAt(names, index), ...times, documentDate: null, open: true };
    return encodeRow(facts, { stamped: true, fields: siteFields(plan, index) });
  },
};

/** The id of the company, of a site, or of a place that can hold stock (a warehouse or a bin), by any number. */
export const siteIds = {
  company: () => idAt(names, 0),
  site: (number: number) => idAt(names, 1 + (number % siteCount)),
  warehouse: (number: number) => idAt(names, firstWarehouse + (number % (siteCount * warehousesPerSite))),
  stockPlace: (plan: SamplePlan, number: number) =>
    idAt(names, firstWarehouse + (number % Math.max(1, plan.counts.sites - firstWarehouse))),
};

function siteFields(plan: SamplePlan, index: number): Fields {
  const place = placeAt(index);
  const addressed = place.kind === 'COMPANY' || place.kind === 'SITE';
  const address = randomFor(plan, 'sites', index).pick(cities);
  return {
    Code: place.code,
    Name: place.name,
    Kind: place.kind,
    ParentId: place.parent,
    CompanyId: siteIds.company(),
    Address: addressed ? { Street: ['Werkstraße 1'], ...address } : null,
    Active: index < firstBin || index % 17 !== 0,
    Remarks: null,
    CustomFields: index % 5 === 0 ? { u_zone: 'A' } : {},
  };
}

function placeAt(index: number): { kind: string; code: string; name: string; parent: string | null } {
  if (index === 0) return { kind: 'COMPANY', code: 'C1', name: 'Sandbox Industries AG', parent: null };
  if (index < firstWarehouse) {
    return { kind: 'SITE', code: `S${index}`, name: `Plant ${index} – Nord/Süd`, parent: siteIds.company() };
  }
  if (index < firstBin) {
    const number = index - firstWarehouse;
    const site = Math.floor(number / warehousesPerSite);
    return { kind: 'WAREHOUSE', code: `W${number + 1}`, name: `Warehouse ${number + 1}`, parent: siteIds.site(site) };
  }
  const number = index - firstBin;
  return { kind: 'BIN', code: `B-${number + 1}`, name: `Bin ${number + 1}`, parent: siteIds.warehouse(number) };
}
