import { z } from 'zod';
import type { Connector } from '../connector.ts';
import { isoStamps } from '../http/stamps.ts';
import { transportSettings } from '../http/transport-settings.ts';
import { asset } from './asset.ts';
import { inventoryLevel } from './inventory-level.ts';
import { item } from './item.ts';
import { location } from './location.ts';
import { purchaseOrder } from './purchase-order.ts';
import { openSession } from './session.ts';
import { vendor } from './vendor.ts';
import { workOrder } from './work-order.ts';

const credentials = z.strictObject({ user: z.string().min(1), password: z.string().min(1) });

/** The connector for the sandbox ERP that comes with Flows; its wire document is `platform/local/sandbox-erp/README.md`. */
export const sandbox: Connector = {
  system: 'sandbox',
  title: 'Sandbox ERP',
  settings: transportSettings,
  credentials,
  stamps: isoStamps,
  entities: {
    vendor,
    item,
    location,
    asset,
    inventory_level: inventoryLevel,
    purchase_order: purchaseOrder,
    work_order: workOrder,
  },
  open: (connection) =>
    openSession(transportSettings.parse(connection.settings), credentials.parse(connection.credentials)),
};
