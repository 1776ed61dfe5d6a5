import { expect, test } from 'vitest';
import {
  asRecord,
  readDate,
  readDecimal,
  readId,
  readInstant,
  readInteger,
  readList,
  readMoney,
  readObject,
  readReference,
  readRequiredText,
  readText,
  readTexts,
  readWord,
} from '../../connectors/http/remote-value.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { Json } from '../../model/json.ts';

function problemOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof FlowsError && error.code === 'mapping_failed' ? error.problems : error;
  }
}

test('absent and null fields read as undefined', () => {
  for (const read of [readText, readDecimal, readInteger, readDate, readInstant, readReference, readTexts]) {
    expect(read({}, 'A')).toBeUndefined();
    expect(read({ A: null }, 'A')).toBeUndefined();
  }
});

test('fields of the expected kind are read in our notation', () => {
  expect(readDecimal({ A: '12.30' }, 'A')).toBe('12.30');
  expect(readDecimal({ A: 1e-7 }, 'A')).toBe('0.0000001');
  expect(readInteger({ A: '42' }, 'A')).toBe(42);
  expect(readInstant({ A: '2026-11-01T09:00:00+01:00' }, 'A')).toBe('2026-11-01T08:00:00.000000Z');
  expect(readReference({ A: 'X1' }, 'A')).toEqual({ remote_id: 'X1' });
  expect(readReference({ A: '' }, 'A')).toBeUndefined();
  expect(readTexts({ A: ['a', null, 'b'] }, 'A')).toEqual(['a', 'b']);
  expect(readWord({ A: 'toString' }, 'A', new Map([['OPEN', 'open']]))).toBeUndefined();
});

test('an amount without a currency is no money', () => {
  expect(readMoney({ A: 1 }, 'A', 'EUR')).toEqual({ amount: '1', currency: 'EUR' });
  expect(readMoney({ A: 1 }, 'A', undefined)).toBeUndefined();
});

test.each<[string, Json, (record: { A: Json }) => unknown]>([
  ['a text', 5, (record) => readText(record, 'A')],
  ['a text', null, (record) => readRequiredText(record, 'A')],
  ['a decimal number', '12,30', (record) => readDecimal(record, 'A')],
  ['a decimal number', true, (record) => readDecimal(record, 'A')],
  ['a whole number', 1.5, (record) => readInteger(record, 'A')],
  ['a whole number', '99999999999999999999', (record) => readInteger(record, 'A')],
  ['a date', '01.11.2026', (record) => readDate(record, 'A')],
  ['an instant', 'yesterday', (record) => readInstant(record, 'A')],
  ['an id', '', (record) => readId(record, 'A')],
  ['an id', 'a\u0000b', (record) => readId(record, 'A')],
  ['a list', {}, (record) => readList(record, 'A', () => null)],
  ['a list of texts', ['a', 1], (record) => readTexts(record, 'A')],
  ['an object', [], (record) => readObject(record, 'A', () => null)],
])('what should be %s and is %j is named with its path', (expected, value, read) => {
  expect(problemOf(() => read({ A: value }))).toEqual([
    { path: '/A', message: expect.stringContaining(`should be ${expected}`) },
  ]);
});

test('a problem deep inside has its whole path in the remote record', () => {
  const record = { Lines: [{}, { 'a/b': { Price: 'x' } }] };
  const read = (): unknown =>
    readList(record, 'Lines', (line) => readObject(line, 'a/b', (part) => readDecimal(part, 'Price')));
  expect(problemOf(read)).toEqual([{ path: '/Lines/1/a~1b/Price', message: expect.stringContaining('"x"') }]);
});

test('a record that is no object is named as such', () => {
  expect(problemOf(() => asRecord([]))).toEqual([{ path: '', message: expect.stringContaining('an object') }]);
});
