import type { JsonObject } from '../../model/json.ts';
import { readText } from '../http/remote-value.ts';
import { filled, textBehind } from './record.ts';

export interface UnifiedAddress {
  lines?: string[] | undefined;
  city?: string | undefined;
  region?: string | undefined;
  postal_code?: string | undefined;
  country?: string | undefined;
}

/** The dotted fields that `readAddress` reads, below the field that leads to an address. */
export function addressFields(path: string): string[] {
  return ['party_name', 'street', 'postal_code', 'city', 'country.code', 'subdivision.name'].map(
    (name) => `${path}.${name}`,
  );
}

/** A `party.address`; the name on it, where it differs from the party's, is its first line. */
export function readAddress(address: JsonObject): UnifiedAddress {
  const lines = [readText(address, 'party_name'), ...(readText(address, 'street') ?? '').split('\n')]
    .map((line) => filled(line)?.trim())
    .filter((line) => line !== undefined);
  return {
    lines: lines.length > 0 ? lines : undefined,
    city: filled(readText(address, 'city')),
    region: textBehind(address, 'subdivision', 'name'),
    postal_code: filled(readText(address, 'postal_code')),
    country: textBehind(address, 'country', 'code'),
  };
}
