import { dateOf, microsPerDay, stampOf } from '../stamps.ts';
import { materialId } from './materials.ts';
import { decimal, idAt, numberStyleAt, randomFor, type Resource, type SamplePlan } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { siteIds } from './sites.ts';

const names = { idPrefix: 'STK', idDigits: 7 };
const stockTypes = ['UNRESTRICTED', 'QUALITY', 'BLOCKED', 'RESERVED', 'IN_TRANSIT'] as const;

/** Stock by material, place, batch and stock type; no stamp of any kind is served. */
export const stockLevels: Resource = {
  name: 'stock-levels',
  ...names,
  stamped: false,
  document: null,
  sample(plan, index) {
    const createdAt = stampOf(plan.now);
    const facts = { id: idAt(names, index), version: 1, createdAt, changedAt: null, documentDate: null, open: true };
    return encodeRow(facts, { stamped: false, fields: stockFields(plan, index) });
  },
};

function stockFields(plan: SamplePlan, index: number): Fields {
  const random = randomFor(plan, 'stock-levels', index);
  const style = numberStyleAt(index);
  const round = Math.floor(index / Math.max(1, plan.counts.materials));
  const onHand = index % 6 === 0 ? 0 : random.below(2_000_000);
  const reserved = index % 4 === 1 ? Math.floor(onHand / 3) : 0;
  return {
    MaterialId: materialId(plan, index),
    SiteId: siteIds.stockPlace(plan, index + round),
    BatchNo: index % 9 === 4 ? `B-2026-${String(index).padStart(4, '0')}` : null,
    SerialNo: index % 27 === 8 ? `SN-${index}` : null,
    StockType: index % 5 === 0 ? (stockTypes[(index / 5) % stockTypes.length] ?? 'UNRESTRICTED') : 'UNRESTRICTED',
    QuantityOnHand: decimal(onHand, { scale: 3, style }),
    QuantityReserved: decimal(reserved, { scale: 3, style }),
    QuantityAvailable: decimal(onHand - reserved, { scale: 3, style }),
    Unit: 'EA',
    CountedOn: index % 3 === 0 ? dateOf(plan.now - random.below(300) * microsPerDay) : null,
  };
}
