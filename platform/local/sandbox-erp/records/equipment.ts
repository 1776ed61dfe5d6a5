import { dateOf, microsPerDay } from '../stamps.ts';
import { decimal, idAt, numberStyleAt, randomFor, type Resource, type SamplePlan } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { masterTimes, stampsOf } from './sample-times.ts';
import { siteIds } from './sites.ts';
import { equipmentNames } from './words.ts';

const names = { idPrefix: 'EQ', idDigits: 6 };

/** Technical assets that are maintained; every fourth is part of the one before it. */
export const equipment: Resource = {
  name: 'equipment',
  ...names,
  stamped: true,
  document: null,
  sample(plan, index) {
    const times = stampsOf(masterTimes(plan, 'equipment', index));
    const facts = { id: idAt(names, index), ...times, documentDate: null, open: true };
    return encodeRow(facts, { stamped: true, fields: equipmentFields(plan, index) });
  },
};

/** The id of an existing piece of equipment, by any number. */
export function equipmentId(plan: SamplePlan, number: number): string {
  return idAt(names, number % Math.max(1, plan.counts.equipment));
}

function equipmentFields(plan: SamplePlan, index: number): Fields {
  const random = randomFor(plan, 'equipment', index);
  const style = numberStyleAt(index);
  const installed = plan.now - (200 + random.below(3000)) * microsPerDay;
  return {
    TagNo: `T-${String(index + 1).padStart(5, '0')}`,
    Name: `${equipmentNames[index % equipmentNames.length] ?? equipmentNames[0]} ${index + 1}`,
    Category: random.pick(['PUMP', 'CONVEYOR', 'COMPRESSOR', 'VEHICLE']),
    Manufacturer: random.pick(['KSB', 'Grundfos', 'Bühler', '三菱']),
    Model: `X${100 + random.below(900)}`,
    SerialNo: index % 5 === 0 ? null : `SN${100_000 + index}`,
    Status: statusAt(index),
    SiteId: siteIds.site(index),
    ParentId: index % 4 === 3 ? idAt(names, index - 1) : null,
    Criticality: random.pick(['A', 'B', 'C']),
    PurchasePrice: decimal(100_000 + random.below(9_000_000), { scale: 2, style }),
    Currency: 'EUR',
    InstalledOn: dateOf(installed),
    WarrantyUntil: index % 2 === 0 ? dateOf(installed + 730 * microsPerDay) : null,
    MeterReading: index % 3 === 0 ? decimal(random.below(99_999_999), { scale: 1, style }) : null,
    MeterUnit: index % 3 === 0 ? 'H' : null,
    Remarks: null,
    CustomFields: index % 6 === 0 ? { u_atex_zone: '2' } : {},
  };
}

function statusAt(index: number): string {
  if (index % 12 === 5) return 'OUT_OF_SERVICE';
  return index % 12 === 11 ? 'DECOMMISSIONED' : 'IN_SERVICE';
}
