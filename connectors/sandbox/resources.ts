import type { Entity } from '../../model/entities/registry.ts';

/** The path under which the ERP serves each entity; also the name in its permissions and its delete feed. */
export const resources = {
  vendor: 'suppliers',
  item: 'materials',
  location: 'sites',
  asset: 'equipment',
  inventory_level: 'stock-levels',
  purchase_order: 'purchase-orders',
  work_order: 'work-orders',
} as const satisfies Record<Entity, string>;
