import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import {
  asRecord,
  readDecimal,
  readId,
  readRequiredDecimal,
  readRequiredReference,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { readCustomFields } from './reading.ts';

/** Stock levels have no stamps: what changed shows only in comparison. */
export const inventoryLevel: EntityDeclaration<'inventory_level'> = {
  snapshot: { order: 'id' },
  changed: null,
  deletes: 'scan',
  identify: (raw) => ({ remoteId: readId(asRecord(raw), 'Id'), stamp: null }),
  toUnified,
};

type InventoryLevel = UnifiedData<'inventory_level'>;

function toUnified(raw: Json): InventoryLevel {
  const record = asRecord(raw);
  return {
    item: readRequiredReference(record, 'MaterialId'),
    location: readRequiredReference(record, 'SiteId'),
    lot: readText(record, 'BatchNo'),
    serial: readText(record, 'SerialNo'),
    stock_type: readWord(record, 'StockType', stockTypes) ?? 'other',
    remote_stock_type: readText(record, 'StockType'),
    unit: readText(record, 'Unit'),
    on_hand: readRequiredDecimal(record, 'QuantityOnHand'),
    reserved: readDecimal(record, 'QuantityReserved'),
    available: readDecimal(record, 'QuantityAvailable'),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

const lackingFields = ['CountedOn'];

const stockTypes: ReadonlyMap<string, InventoryLevel['stock_type']> = new Map([
  ['UNRESTRICTED', 'unrestricted'],
  ['QUALITY', 'quality'],
  ['BLOCKED', 'blocked'],
  ['RESERVED', 'reserved'],
  ['IN_TRANSIT', 'in_transit'],
]);
