import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../connectors/http/json.ts';
import { redactedExcerpt } from '../../connectors/http/redact.ts';

describe('numbers', () => {
  test.each([
    '12345678901234567890',
    '-12345678901234567890',
    '0.1000000000000000055511151231257827',
    '9007199254740993',
    '1e309',
    '-1E+400',
    '1e-400',
    '1234567890.12345678',
  ])('%s would change in a double and comes as text', (token) => {
    expect(parseJson(`{"a":[1.5,${token}],"b": ${token} }`)).toEqual({ a: [1.5, token], b: token });
    expect(parseJson(token)).toBe(token);
  });

  test.each([
    '0',
    '-0.5',
    '12.30',
    '123456789012345',
    '9007199254740991',
    '1762000000123456',
    '0.30000000000000004',
    '1e-7',
    '1.5E+20',
    '1000000000000000000000000',
    '0.000000000000000000000000',
  ])('%s survives a double and stays a number', (token) => {
    expect(parseJson(`[${token}]`)).toEqual([Number(token)]);
  });

  test('digits inside texts and keys are left alone', () => {
    const value = { '12345678901234567890': 'x, 12345678901234567890, "[12345678901234567890]" \\' };
    expect(parseJson(`{"n":12345678901234567890,"v":${JSON.stringify(value)}}`)).toEqual({
      n: '12345678901234567890',
      v: value,
    });
  });

  test.each(['01234567890123456789', '12345678901234567890.', '-', '1e', '--12345678901234567890'])(
    '%s is no number and stays invalid',
    (token) => {
      expect(() => parseJson(`[${token}]`)).toThrowError(expect.objectContaining({ code: 'bad_response' }));
    },
  );

  test('any JSON value comes back as the platform parses it, whether or not a long number stands beside it', () => {
    const parameters = { seed: 20_261_101, numRuns: 300 };
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const parsed: unknown = JSON.parse(text);
        expect(parseJson(text)).toEqual(parsed);
        expect(parseJson(`[12345678901234567890,${text}]`)).toEqual(['12345678901234567890', parsed]);
      }),
      parameters,
    );
  });
});

describe('shape', () => {
  test.each(['1', '12345678901234567890'])(
    'beside %s, the last of equal keys wins and __proto__ is only a key',
    (number) => {
      const parsed = parseJson(`{"n":${number},"a":1,"a":2,"__proto__":{"admin":true}}`);
      expect(parsed).toMatchObject({ a: 2 });
      expect(Object.hasOwn(parsed as object, '__proto__')).toBe(true);
      expect((parsed as { admin?: boolean }).admin).toBeUndefined();
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    },
  );

  test('64 levels are read and 65 are a bad response', () => {
    expect(parseJson('['.repeat(64) + ']'.repeat(64))).toBeDefined();
    expect(() => parseJson('['.repeat(65) + ']'.repeat(65))).toThrowError(/nested deeper than 64/);
    expect(() => parseJson('{"a":'.repeat(200_000))).toThrowError(/nested deeper than 64/);
  });

  test('brackets inside texts are no levels', () => {
    expect(parseJson(JSON.stringify('['.repeat(100)))).toBe('['.repeat(100));
  });

  test('a byte order mark is skipped', () => {
    expect(parseJson('\uFEFF[1]')).toEqual([1]);
  });

  test.each(['', '{"a":', '<html>', '{"a":"unclosed', '[1,]', '{"a":12345678901234567890'])(
    '%j is a bad response',
    (text) => {
      expect(() => parseJson(text, { what: 'GET /x' })).toThrowError(
        expect.objectContaining({ code: 'bad_response', message: expect.stringMatching(/^GET \/x /) }),
      );
    },
  );
});

describe('excerpts', () => {
  test.each([
    '{"password":"hunter2"',
    '{"user":"a","accessToken" : "hunter2","x":1}',
    '{"session":["a","hunter2"]}',
    '{"api_key":{"value":"hunter2"}}',
    '{"secret":"quote\\" hunter2',
    '{"SESSION_ID":hunter2}',
    'GET /?access_token=hunter2&x=1',
    'Authorization: Bearer hunter2hunter2',
    'authorization: Basic aHVudGVyMg==hunter2',
  ])('%s loses its secret', (text) => {
    expect(redactedExcerpt(text)).not.toContain('hunter2');
  });

  test('an excerpt has at most 512 bytes, no half character and no control characters', () => {
    const excerpt = redactedExcerpt(`a\u0000\n${'語'.repeat(1_000)}`);
    expect(Buffer.byteLength(excerpt)).toBeLessThanOrEqual(512);
    expect(excerpt).toMatch(/^a 語+…$/);
  });

  test('what is no secret stays', () => {
    expect(redactedExcerpt('{"Items":[{"Id":"PO1"}]}')).toBe('{"Items":[{"Id":"PO1"}]}');
  });
});
