import { toInstant } from '../../model/instants.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { ChangedSince, RecordIdentity } from '../connector.ts';
import { asRecord, readId, readInteger, readObject, readText, readTexts } from '../http/remote-value.ts';

/** How entities with stamps are read. A record shows at most 2 minutes after its stamp (`CommitLagMaxMs`). */
export const byStampAndId: ChangedSince = { order: 'stamp_id', overlapMs: 300_000, granularityMs: 0.001 };

/** Who and when a record with stamps is; before its first change the stamp is that of its creation. */
export function identifyStamped(raw: Json): RecordIdentity {
  const record = asRecord(raw);
  const createdAt = usableStamp(record['CreatedAt']);
  const version = record['Version'];
  return {
    remoteId: readId(record, 'Id'),
    stamp: usableStamp(record['ChangedAt']) ?? createdAt,
    createdAt,
    version: typeof version === 'number' || typeof version === 'string' ? String(version) : null,
  };
}

/** Null for a stamp of another form: it must not become a position or a watermark. */
function usableStamp(value: Json | undefined): string | null {
  return typeof value === 'string' && value.length === stampLength && value.endsWith('Z') ? toInstant(value) : null;
}

const stampLength = '2026-11-01T08:15:30.123456Z'.length;

export interface UnifiedAddress {
  kind?: string | undefined;
  lines?: string[] | undefined;
  city?: string | undefined;
  region?: string | undefined;
  postal_code?: string | undefined;
  country?: string | undefined;
}

/** An address; a name in it is its first line. */
export function toAddress(part: JsonObject): UnifiedAddress {
  const name = readText(part, 'Name');
  const street = readTexts(part, 'Street');
  return {
    kind: readText(part, 'Kind')?.toLowerCase(),
    lines: name === undefined ? street : [name].concat(street ?? []),
    city: readText(part, 'City'),
    region: readText(part, 'Region'),
    postal_code: readText(part, 'PostalCode'),
    country: readText(part, 'Country'),
  };
}

/** Payment terms, where they have a code. */
export function readPaymentTerms(record: JsonObject): { code: string; days?: number | undefined } | undefined {
  return readObject(record, 'PaymentTerms', (part) => {
    const code = readText(part, 'Code');
    return code === undefined ? undefined : { code, days: readInteger(part, 'Days') };
  });
}

/**
 * The customer's own fields, and of the ERP's fields those that our model lacks, by their remote names. Undefined when
 * there are none.
 */
export function readCustomFields(record: JsonObject, lacking: readonly string[] = []): JsonObject | undefined {
  const own = readObject(record, 'CustomFields', (part) => part);
  let all = own;
  for (const key of lacking) {
    const value = record[key];
    if (value === undefined || value === null) continue;
    // Copied once: the remote record itself must stay as it was sent.
    if (all === own) all = { ...own };
    if (all) all[key] = value;
  }
  return all && hasKeys(all) ? all : undefined;
}

function hasKeys(object: JsonObject): boolean {
  for (const _key in object) return true;
  return false;
}
