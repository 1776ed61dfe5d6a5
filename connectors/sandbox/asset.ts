import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import {
  asRecord,
  readDate,
  readId,
  readMoney,
  readReference,
  readRequiredText,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields } from './reading.ts';

export const asset: EntityDeclaration<'asset'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'feed',
  identify: identifyStamped,
  toUnified,
};

type Asset = UnifiedData<'asset'>;

function toUnified(raw: Json): Asset {
  const record = asRecord(raw);
  const code = readText(record, 'TagNo');
  const remoteStatus = readRequiredText(record, 'Status');
  return {
    code,
    name: readText(record, 'Name') ?? code ?? readId(record, 'Id'),
    status: statuses.get(remoteStatus) ?? 'other',
    remote_status: remoteStatus,
    kind: readText(record, 'Category'),
    manufacturer: readText(record, 'Manufacturer'),
    model: readText(record, 'Model'),
    serial_number: readText(record, 'SerialNo'),
    location: readReference(record, 'SiteId'),
    parent: readReference(record, 'ParentId'),
    criticality: readWord(record, 'Criticality', criticalities),
    installed_on: readDate(record, 'InstalledOn'),
    warranty_until: readDate(record, 'WarrantyUntil'),
    purchase_cost: readMoney(record, 'PurchasePrice', readText(record, 'Currency')),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

const lackingFields = ['MeterReading', 'MeterUnit', 'Remarks'];

const statuses: ReadonlyMap<string, Asset['status']> = new Map([
  ['IN_SERVICE', 'active'],
  ['OUT_OF_SERVICE', 'inactive'],
  ['DECOMMISSIONED', 'retired'],
]);

/** Its three classes, spread over our five so that both ends meet. */
const criticalities: ReadonlyMap<string, number> = new Map([
  ['A', 1],
  ['B', 3],
  ['C', 5],
]);
