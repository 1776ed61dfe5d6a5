import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromStoredJson, toStoredJson, toStoredText } from '../../store/stored-text.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

/** Texts that are rich in what Postgres refuses and in what hides it. */
const hostile = fc.array(
  fc.constantFrom('\0', '\ud800', '\udfff', '\ue000', '\\', '\\u0000', 'u', '0', 'e', 's', 'a', '😀', '"'),
);
const text = hostile.map((parts) => parts.join(''));
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    text,
    fc.integer(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('JSON text in Postgres', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(value, (sample) => {
        const json = JSON.stringify(sample);
        expect(fromStoredJson(toStoredJson(json))).toBe(json);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('is valid JSON without escapes that jsonb refuses', () => {
    fc.assert(
      fc.property(value, (sample) => {
        const stored = toStoredJson(JSON.stringify(sample));
        expect(() => JSON.parse(stored) as unknown).not.toThrow();
        const escapes = stored.replaceAll('\\\\', '');
        expect(escapes).not.toMatch(/\\u0000|\\ud[89a-f]/);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('is the very same text where there is nothing to hide', () => {
    const json = JSON.stringify({ name: 'Ω “quoted” \\u0000 in words', list: [1, null] });
    expect(fromStoredJson(json)).toBe(json);
    expect(toStoredJson('{"a":"b\\\\u0000"}')).toBe('{"a":"b\\\\u0000"}');
  });
});

it('shows NUL in a message as the replacement character', () => {
  expect(toStoredText('a\0b')).toBe('a\ufffdb');
});
