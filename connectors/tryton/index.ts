import type { Connector } from '../connector.ts';
import { isoStamps } from '../http/stamps.ts';
import { system } from './errors.ts';
import { inventoryLevel } from './inventory-level.ts';
import { item } from './item.ts';
import { location } from './location.ts';
import { purchaseOrder } from './purchase-order.ts';
import { openSession } from './session.ts';
import { trytonCredentials, trytonSettings } from './settings.ts';
import { vendor } from './vendor.ts';
import { workOrder } from './work-order.ts';

const entities = {
  vendor,
  item,
  location,
  inventory_level: inventoryLevel,
  purchase_order: purchaseOrder,
  work_order: workOrder,
};

/** Tryton, series 7.8 and 8.0, over JSON-RPC. Rights, limits and quirks are in the README beside this file. */
export const tryton: Connector = {
  system,
  title: 'Tryton',
  settings: trytonSettings,
  credentials: trytonCredentials,
  stamps: isoStamps,
  entities: {
    vendor: vendor.declaration,
    item: item.declaration,
    location: location.declaration,
    inventory_level: inventoryLevel.declaration,
    purchase_order: purchaseOrder.declaration,
    work_order: workOrder.declaration,
  },
  open: (connection) => openSession(connection, entities),
};
