import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { asRecord, readFlag, readList, readMoney, readRequiredText, readText } from '../http/remote-value.ts';
import { modelSource } from './model-source.ts';
import { changedById, filled, identifyRecord, textBehind } from './record.ts';
import type { TrytonEntity } from './source.ts';

/** Products, i.e. variants: these are bought and stocked. What they share stands on their template, and is read through. */
export const item: TrytonEntity<'item'> = {
  module: 'product',
  group: null,
  source: modelSource({
    model: 'product.product',
    related: ['product.template', 'product.uom', 'product.category', 'product.identifier'],
    fields: [
      ...['code', 'name', 'description', 'active', 'type', 'consumable', 'default_uom.symbol', 'cost_price'],
      ...['categories.name', 'identifiers.type', 'identifiers.code'],
    ],
    optionalFields: ['purchase_uom.symbol'],
    parts: ['template', 'identifiers', 'cost_prices'],
    pageSizeMax: 1_000,
  }),
  declaration: {
    snapshot: { order: 'id' },
    changed: changedById,
    deletes: 'scan',
    pageSize: 500,
    identify: identifyRecord,
    toUnified,
  },
};

type Item = UnifiedData<'item'>;

function toUnified(raw: Json, profile: JsonObject): Item {
  const record = asRecord(raw);
  const type = readRequiredText(record, 'type');
  return {
    code: filled(readText(record, 'code')),
    name: readRequiredText(record, 'name'),
    status: readFlag(record, 'active') === false ? 'inactive' : 'active',
    type: typeOf(type, readFlag(record, 'consumable')),
    remote_type: type,
    description: filled(readText(record, 'description')),
    base_unit: textBehind(record, 'default_uom', 'symbol'),
    purchase_unit: textBehind(record, 'purchase_uom', 'symbol'),
    barcode: barcodeOf(record),
    category: readList(record, 'categories.', (category) => readText(category, 'name'))?.at(0),
    // Costs are in the currency of the company, which was found at connect.
    standard_cost: readMoney(record, 'cost_price', readText(profile, 'currency')),
  };
}

function typeOf(type: string, isConsumable: boolean | undefined): Item['type'] {
  if (type === 'goods') return isConsumable ? 'non_stock' : 'stock';
  if (type === 'service') return 'service';
  return type === 'assets' ? 'asset' : 'other';
}

function barcodeOf(record: JsonObject): string | undefined {
  const barcodes = readList(record, 'identifiers.', (identifier) =>
    readText(identifier, 'type') === 'ean' ? filled(readText(identifier, 'code')) : undefined,
  );
  return barcodes?.find((barcode) => barcode !== undefined);
}
