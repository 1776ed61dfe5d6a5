import { decimal, idAt, numberStyleAt, randomFor, type Resource, type SamplePlan } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { masterTimes, stampsOf } from './sample-times.ts';
import { currencies, materialNames } from './words.ts';

const names = { idPrefix: 'MAT', idDigits: 6 };
const types = ['STOCK', 'STOCK', 'STOCK', 'NON_STOCK', 'SERVICE', 'STOCK', 'ASSET'] as const;

/** Materials, services and assets that can be bought or kept in stock. */
export const materials: Resource = {
  name: 'materials',
  ...names,
  stamped: true,
  document: null,
  sample(plan, index) {
    const times = stampsOf(masterTimes(plan, 'materials', index));
    const facts = { id: idAt(names, index), ...times, documentDate: null, open: true };
    return encodeRow(facts, { stamped: true, fields: materialFields(plan, index) });
  },
};

/** The id of an existing material, by any number. */
export function materialId(plan: SamplePlan, number: number): string {
  return idAt(names, number % Math.max(1, plan.counts.materials));
}

/** The name of the material with this number. */
export function materialName(plan: SamplePlan, number: number): string {
  const index = number % Math.max(1, plan.counts.materials);
  const name = materialNames[index % materialNames.length] ?? materialNames[0];
  return index < materialNames.length ? name : `${name} / ${index + 1}`;
}

function materialFields(plan: SamplePlan, index: number): Fields {
  const random = randomFor(plan, 'materials', index);
  const style = numberStyleAt(index);
  const type = types[index % types.length] ?? 'STOCK';
  const boxed = type === 'STOCK' && index % 3 === 0;
  return {
    Number: `M-${10_000 + index}`,
    Description: materialName(plan, index),
    LongText: index % 4 === 0 ? `${materialName(plan, index)}\nStore dry.\tHandle with care.` : null,
    Type: type,
    BaseUnit: type === 'SERVICE' ? 'H' : 'EA',
    PurchaseUnit: boxed ? 'BOX' : null,
    UnitConversions: boxed
      ? [{ FromUnit: 'BOX', ToUnit: 'EA', Numerator: decimal(12, { scale: 0, style }), Denominator: 1 }]
      : [],
    Barcode: index % 2 === 0 ? `40${String(10_000_000_000 + index)}` : null,
    Group: random.pick(['BEARINGS', 'HYDRAULICS', 'ELECTRICAL', 'SAFETY']),
    StandardPrice: decimal(100 + random.below(500_000), { scale: 2, style }),
    Currency: random.pick(currencies),
    Status: statusAt(index),
    Remarks: null,
    CustomFields: index % 8 === 0 ? { u_hazard_class: '3', u_shelf_life_days: 365 } : {},
  };
}

function statusAt(index: number): string {
  if (index % 15 === 7) return 'BLOCKED';
  return index % 15 === 14 ? 'OBSOLETE' : 'ACTIVE';
}
