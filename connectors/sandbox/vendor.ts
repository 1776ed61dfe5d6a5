import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import { asRecord, readId, readList, readRequiredText, readText, readTexts } from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields, readPaymentTerms, toAddress } from './reading.ts';

export const vendor: EntityDeclaration<'vendor'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'feed',
  identify: identifyStamped,
  toUnified,
};

type Vendor = UnifiedData<'vendor'>;
type Block = NonNullable<Vendor['blocked_for']>[number];

function toUnified(raw: Json): Vendor {
  const record = asRecord(raw);
  const code = readText(record, 'Number');
  const remoteStatus = readRequiredText(record, 'Status');
  return {
    code,
    name: readText(record, 'Name') ?? code ?? readId(record, 'Id'),
    status: statuses.get(remoteStatus) ?? 'other',
    remote_status: remoteStatus,
    legal_name: readText(record, 'LegalName'),
    tax_ids: readTexts(record, 'TaxNumbers'),
    emails: readTexts(record, 'Emails'),
    phones: readTexts(record, 'Phones'),
    addresses: readList(record, 'Addresses', toAddress),
    currency: readText(record, 'Currency'),
    payment_terms: readPaymentTerms(record),
    blocked_for: readTexts(record, 'BlockedFor')?.flatMap((word) => blocks.get(word) ?? []),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

const lackingFields = ['LegacyNumber', 'Remarks'];

const statuses: ReadonlyMap<string, Vendor['status']> = new Map([
  ['ACTIVE', 'active'],
  ['BLOCKED', 'blocked'],
  ['INACTIVE', 'inactive'],
]);

const blocks: ReadonlyMap<string, Block> = new Map([
  ['PURCHASING', 'purchasing'],
  ['PAYMENT', 'payment'],
]);
