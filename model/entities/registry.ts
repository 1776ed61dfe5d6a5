import { asset } from './asset.ts';
import { inventoryLevel } from './inventory-level.ts';
import { item } from './item.ts';
import { location } from './location.ts';
import { purchaseOrder } from './purchase-order.ts';
import { vendor } from './vendor.ts';
import { workOrder } from './work-order.ts';

/**
 * The entities: a new one is its model file and one line here. Routes, events, table columns and the command line read
 * this. `window` is given for documents, which an initial sync takes only from a day on, or while they are open; master
 * data is always complete.
 */
export const entityRegistry = {
  vendor: { schema: vendor, idPrefix: 'vend', window: null, columns: ['code', 'name', 'status'] },
  item: { schema: item, idPrefix: 'item', window: null, columns: ['code', 'name', 'type', 'status'] },
  location: { schema: location, idPrefix: 'loca', window: null, columns: ['code', 'name', 'kind'] },
  asset: { schema: asset, idPrefix: 'asst', window: null, columns: ['code', 'name', 'status'] },
  inventory_level: { schema: inventoryLevel, idPrefix: 'invl', window: null, columns: ['item', 'location', 'on_hand'] },
  purchase_order: {
    schema: purchaseOrder,
    idPrefix: 'pord',
    window: {
      dateField: 'order_date',
      openStatuses: [
        'draft',
        'pending_approval',
        'approved',
        'open',
        'partially_received',
        'received',
        'on_hold',
        'other',
      ],
    },
    columns: ['number', 'status', 'vendor', 'order_date', 'lines'],
  },
  work_order: {
    schema: workOrder,
    idPrefix: 'word',
    window: {
      dateField: 'reported_at',
      openStatuses: [
        'draft',
        'planned',
        'pending_approval',
        'approved',
        'scheduled',
        'in_progress',
        'on_hold',
        'other',
      ],
    },
    columns: ['number', 'status', 'kind', 'title'],
  },
} as const;

export type Entity = keyof typeof entityRegistry;

/** Every entity, in the order in which a connection is first synced: what others refer to comes first. */
export const entities = Object.keys(entityRegistry) as Entity[];

/** The unified data of an entity, as a connector hands it over (before validation). */
export type UnifiedData<E extends Entity = Entity> = (typeof entityRegistry)[E]['schema']['_zod']['input'];

/** Whether a text names an entity. */
export function isEntity(text: unknown): text is Entity {
  return typeof text === 'string' && Object.hasOwn(entityRegistry, text);
}
