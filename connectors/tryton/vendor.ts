import type { UnifiedData } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { asRecord, readFlag, readList, readRequiredText, readText } from '../http/remote-value.ts';
import { addressFields, readAddress } from './address.ts';
import { modelSource } from './model-source.ts';
import { changedById, filled, identifyRecord, textBehind } from './record.ts';
import type { TrytonEntity } from './source.ts';

/** All parties: Tryton does not mark suppliers, and any party may be ordered from. */
export const vendor: TrytonEntity<'vendor'> = {
  module: 'party',
  group: null,
  source: modelSource({
    model: 'party.party',
    related: ['party.address', 'party.contact_mechanism', 'party.identifier', 'country.country'],
    fields: [
      ...['code', 'name', 'active', 'tax_identifier.code'],
      ...['addresses.active', ...addressFields('addresses')],
      ...['contact_mechanisms.active', 'contact_mechanisms.type', 'contact_mechanisms.value'],
    ],
    optionalFields: ['supplier_payment_term.name', 'supplier_currency.code'],
    parts: ['addresses', 'contact_mechanisms', 'identifiers'],
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

type Vendor = UnifiedData<'vendor'>;

function toUnified(raw: Json): Vendor {
  const record = asRecord(raw);
  const code = filled(readText(record, 'code'));
  const taxId = textBehind(record, 'tax_identifier', 'code');
  const paymentTerm = textBehind(record, 'supplier_payment_term', 'name');
  return {
    code,
    // A party may have no name; its code is what Tryton shows then.
    name: filled(readText(record, 'name')) ?? code ?? readRequiredText(record, 'name'),
    status: readFlag(record, 'active') === false ? 'inactive' : 'active',
    tax_ids: taxId === undefined ? undefined : [taxId],
    emails: contactsOf(record, ['email']),
    phones: contactsOf(record, ['phone', 'mobile']),
    addresses: readList(record, 'addresses.', (address) =>
      isActive(address) ? readAddress(address) : undefined,
    )?.filter((address) => address !== undefined),
    currency: textBehind(record, 'supplier_currency', 'code'),
    payment_terms: paymentTerm === undefined ? undefined : { code: paymentTerm },
  };
}

function contactsOf(record: JsonObject, types: readonly string[]): string[] | undefined {
  const contacts = readList(record, 'contact_mechanisms.', (contact) => {
    const isWanted = isActive(contact) && types.includes(readText(contact, 'type') ?? '');
    return isWanted ? filled(readText(contact, 'value')) : undefined;
  });
  const values = (contacts ?? []).filter((value) => value !== undefined);
  return values.length > 0 ? values : undefined;
}

function isActive(part: JsonObject): boolean {
  return readFlag(part, 'active') !== false;
}
