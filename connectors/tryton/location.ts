import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import { asRecord, readFlag, readObject, readRequiredText, readText } from '../http/remote-value.ts';
import { addressFields, readAddress } from './address.ts';
import { modelSource } from './model-source.ts';
import { changedById, filled, identifyRecord, referenceTo } from './record.ts';
import type { TrytonEntity } from './source.ts';

/** All stock locations. Those of suppliers, customers, production and losses hold no stock of ours: kind `other`. */
export const location: TrytonEntity<'location'> = {
  module: 'stock',
  group: null,
  source: modelSource({
    model: 'stock.location',
    related: ['party.address', 'country.country'],
    fields: ['name', 'code', 'type', 'active', 'parent', ...addressFields('address')],
    parts: ['address'],
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

type Location = UnifiedData<'location'>;

function toUnified(raw: Json): Location {
  const record = asRecord(raw);
  const type = readRequiredText(record, 'type');
  return {
    code: filled(readText(record, 'code')),
    name: readRequiredText(record, 'name'),
    kind: type === 'warehouse' || type === 'storage' ? type : 'other',
    remote_kind: type,
    status: readFlag(record, 'active') === false ? 'inactive' : 'active',
    parent: referenceTo(record, 'parent'),
    address: readObject(record, 'address.', readAddress),
  };
}
