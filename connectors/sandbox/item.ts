import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import {
  asRecord,
  readId,
  readList,
  readMoney,
  readRequiredDecimal,
  readRequiredText,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields } from './reading.ts';

export const item: EntityDeclaration<'item'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'feed',
  identify: identifyStamped,
  toUnified,
};

type Item = UnifiedData<'item'>;
type UnitConversion = NonNullable<Item['unit_conversions']>[number];

function toUnified(raw: Json): Item {
  const record = asRecord(raw);
  const code = readText(record, 'Number');
  const remoteStatus = readRequiredText(record, 'Status');
  return {
    code,
    name: readText(record, 'Description') ?? code ?? readId(record, 'Id'),
    status: statuses.get(remoteStatus) ?? 'other',
    remote_status: remoteStatus,
    type: readWord(record, 'Type', types) ?? 'other',
    remote_type: readText(record, 'Type'),
    description: readText(record, 'LongText'),
    base_unit: readText(record, 'BaseUnit'),
    purchase_unit: readText(record, 'PurchaseUnit'),
    unit_conversions: readList(record, 'UnitConversions', toUnitConversion),
    barcode: readText(record, 'Barcode'),
    category: readText(record, 'Group'),
    standard_cost: readMoney(record, 'StandardPrice', readText(record, 'Currency')),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

function toUnitConversion(part: JsonObject): UnitConversion {
  return {
    from: readRequiredText(part, 'FromUnit'),
    to: readRequiredText(part, 'ToUnit'),
    numerator: readRequiredDecimal(part, 'Numerator'),
    denominator: readRequiredDecimal(part, 'Denominator'),
  };
}

const lackingFields = ['Remarks'];

const statuses: ReadonlyMap<string, Item['status']> = new Map([
  ['ACTIVE', 'active'],
  ['BLOCKED', 'blocked'],
  ['OBSOLETE', 'inactive'],
]);

const types: ReadonlyMap<string, Item['type']> = new Map([
  ['STOCK', 'stock'],
  ['NON_STOCK', 'non_stock'],
  ['SERVICE', 'service'],
  ['ASSET', 'asset'],
]);
