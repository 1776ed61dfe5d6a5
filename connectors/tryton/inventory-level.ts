import { Big } from 'big.js';
import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { RecordIdentity } from '../connector.ts';
import { asRecord, readRequiredDecimal } from '../http/remote-value.ts';
import { levelSource } from './level-source.ts';
import { changedById, textBehind } from './record.ts';
import type { TrytonEntity } from './source.ts';

/** What lies in a storage location, per product. Tryton keeps no record of it: it adds up the stock moves when asked. */
export const inventoryLevel: TrytonEntity<'inventory_level'> = {
  module: 'stock',
  group: 'Stock',
  source: levelSource,
  declaration: {
    snapshot: { order: 'id' },
    changed: changedById,
    deletes: 'scan',
    pageSize: 500,
    identify,
    toUnified,
  },
};

/** A level has no stamp and no id of its own. */
function identify(raw: Json): RecordIdentity {
  const level = asRecord(raw);
  return {
    remoteId: `${readRequiredDecimal(level, 'product')}@${readRequiredDecimal(level, 'location')}`,
    stamp: null,
  };
}

function toUnified(raw: Json): UnifiedData<'inventory_level'> {
  const level = asRecord(raw);
  const onHand = readRequiredDecimal(level, 'quantity');
  const available = readRequiredDecimal(level, 'unassigned');
  return {
    item: { remote_id: readRequiredDecimal(level, 'product') },
    location: { remote_id: readRequiredDecimal(level, 'location') },
    stock_type: 'unrestricted',
    unit: textBehind(level, 'default_uom', 'symbol'),
    on_hand: onHand,
    reserved: new Big(onHand).minus(available).toFixed(),
    available,
  };
}
