import { equipment } from './equipment.ts';
import { materials } from './materials.ts';
import { purchaseOrders } from './purchase-orders.ts';
import { type Resource, type ResourceName, resourceNames, type SamplePlan } from './resource.ts';
import { packRows, type Row } from './row.ts';
import { sites } from './sites.ts';
import { stockLevels } from './stock-levels.ts';
import { suppliers } from './suppliers.ts';
import { workOrders } from './work-orders.ts';

/** Every resource of the ERP by its name on the wire. */
export const resources: Readonly<Record<ResourceName, Resource>> = {
  'purchase-orders': purchaseOrders,
  suppliers,
  materials,
  sites,
  'stock-levels': stockLevels,
  'work-orders': workOrders,
  equipment,
};

const rowsPerBlock = 500;

/** All sample rows of one resource in id order. */
export function sampleRows(plan: SamplePlan, name: ResourceName): Row[] {
  const count = plan.counts[name];
  return Array.from({ length: Math.ceil(count / rowsPerBlock) }, (_, block) => {
    const first = block * rowsPerBlock;
    const length = Math.min(rowsPerBlock, count - first);
    return packRows(Array.from({ length }, (_, step) => resources[name].sample(plan, first + step)));
  }).flat();
}

/** How many records each resource has beside that many purchase orders. */
export function sampleCounts(records: number, only?: ResourceName): Record<ResourceName, number> {
  const counts = {
    'purchase-orders': records,
    suppliers: between(records / 50, 20, 5_000),
    materials: between(records / 10, 50, 20_000),
    sites: between(records / 20, 40, 5_000),
    'stock-levels': between(records / 2, 100, 50_000),
    'work-orders': between(records / 4, 40, 20_000),
    equipment: between(records / 20, 20, 10_000),
  };
  if (only !== undefined) for (const name of resourceNames) if (name !== only) counts[name] = 0;
  return counts;
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)));
}
