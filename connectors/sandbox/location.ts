import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import { asRecord, readFlag, readId, readObject, readReference, readText, readWord } from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields, toAddress } from './reading.ts';

export const location: EntityDeclaration<'location'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'feed',
  identify: identifyStamped,
  toUnified,
};

type Location = UnifiedData<'location'>;

function toUnified(raw: Json): Location {
  const record = asRecord(raw);
  const code = readText(record, 'Code');
  return {
    code,
    name: readText(record, 'Name') ?? code ?? readId(record, 'Id'),
    kind: readWord(record, 'Kind', kinds) ?? 'other',
    remote_kind: readText(record, 'Kind'),
    status: statusOf(readFlag(record, 'Active')),
    parent: readReference(record, 'ParentId'),
    company: readReference(record, 'CompanyId'),
    address: readObject(record, 'Address', toAddress),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

function statusOf(active: boolean | undefined): Location['status'] {
  if (active === undefined) return 'other';
  return active ? 'active' : 'inactive';
}

const lackingFields = ['Remarks'];

const kinds: ReadonlyMap<string, Location['kind']> = new Map([
  ['COMPANY', 'company'],
  ['SITE', 'site'],
  ['WAREHOUSE', 'warehouse'],
  ['BIN', 'bin'],
]);
