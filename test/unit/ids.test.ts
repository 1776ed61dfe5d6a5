import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entities, entityRegistry } from '../../model/entities/registry.ts';
import { idPrefixes, type IdKind, newId, recordId, sha256 } from '../../model/ids.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

it('a record has the same id whenever it is made, and it never changes between releases', () => {
  expect(recordId('line_1', 'vendor', 'SUP000001')).toBe(recordId('line_1', 'vendor', 'SUP000001'));
  expect(recordId('line_1', 'vendor', 'SUP000001')).toBe('vend_v4vzxt9j09fbjmy7chxjrc4wqv');
});

it('different records have different ids of one form', () => {
  const key = fc.tuple(fc.string(), fc.constantFrom(...entities), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(key, key, (left, right) => {
      const [leftId, rightId] = [recordId(...left), recordId(...right)];
      expect(leftId).toMatch(new RegExp(`^${entityRegistry[left[1]].idPrefix}_[0-9a-hjkmnp-tv-z]{26}$`));
      expect(leftId === rightId).toBe(JSON.stringify(left) === JSON.stringify(right));
    }),
    { seed, numRuns: 500 },
  );
});

it('the prefixes of entities and of other ids are all different', () => {
  const all = [...entities.map((entity) => entityRegistry[entity].idPrefix), ...Object.values(idPrefixes)];
  expect(new Set(all).size).toBe(all.length);
});

it('new ids sort by the time of their making', () => {
  const made = Array.from({ length: 1_000 }, () => newId('execution'));
  expect(made).toEqual([...made].sort());
  expect(new Set(made).size).toBe(made.length);
});

it.each(Object.entries(idPrefixes))('a new id of a %s begins with %s and ends with a UUIDv7', (kind, prefix) => {
  expect(newId(kind as IdKind)).toMatch(new RegExp(`^${prefix}_[0-9a-f]{12}7[0-9a-f]{19}$`));
});

it('a hash is 43 characters of base64url', () => {
  expect(sha256('')).toBe('47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU');
});
