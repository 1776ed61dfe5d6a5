import { hash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { type Entity, entityRegistry } from './entities/registry.ts';

const base32 = '0123456789abcdefghjkmnpqrstvwxyz';
const recordIdLength = 26;

/** The kinds of ids that Flows gives out, and their prefixes. */
export const idPrefixes = {
  connection: 'conn',
  lineage: 'line',
  stream: 'strm',
  execution: 'exec',
  request: 'sreq',
  scan: 'scan',
  quarantine: 'quar',
} as const;
export type IdKind = keyof typeof idPrefixes;

/** A new id: prefix and a UUIDv7 without dashes, so that ids sort by time of creation. */
export function newId(kind: IdKind): string {
  return `${idPrefixes[kind]}_${uuidv7().replaceAll('-', '')}`;
}

/**
 * The id of a record: entity prefix and 26 base32 characters of sha256(lineage, entity, remote id). The same record
 * has the same id after a delete and a re-creation, and a reference needs no look-up to know it.
 */
export function recordId(lineageId: string, entity: Entity, remoteId: string): string {
  const digest = hash('sha256', `${lineageId}\0${entity}\0${remoteId}`, 'buffer');
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32[(value >> bits) & 31];
      if (text.length === recordIdLength) return `${entityRegistry[entity].idPrefix}_${text}`;
    }
  }
  throw new Error('unreachable: a sha256 has 256 bits');
}

/** sha256 of a text as 43 characters of base64url. */
export function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
