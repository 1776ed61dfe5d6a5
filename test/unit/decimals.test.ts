import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decimal, toDecimal } from '../../model/decimals.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

test.each([
  ['12.30', '12.30'],
  [0.1, '0.1'],
  [1e-7, '0.0000001'],
  [1e21, '1000000000000000000000'],
  ['12345678901234567890', '12345678901234567890'],
  ['-0.00', '-0.00'],
  ['+5', '5'],
  ['007', '7'],
  ['.5', '0.5'],
  ['5.', '5'],
  [' 5 ', '5'],
  ['1E+2', '100'],
  ['-1.5e-3', '-0.0015'],
  ['-0e5', '000000'.slice(0, 1)],
])('%j is %s', (value, expected) => {
  expect(toDecimal(value)).toBe(expected);
});

test.each([
  '',
  ' ',
  '.',
  '-',
  '1,5',
  '1.2.3',
  '0x10',
  'NaN',
  'Infinity',
  '1e99999',
  '1e61',
  `1${'0'.repeat(61)}`,
  '١',
  '1 000',
])('%j is no decimal', (text) => {
  expect(toDecimal(text)).toBeNull();
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is no decimal', (value) => {
  expect(toDecimal(value)).toBeNull();
});

describe('decimals in plain notation', () => {
  const digits = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 1, maxLength: 20 });

  it('are what every number becomes, and it stands for the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), (value) => {
        // Below this a number has more digits behind its point than a decimal may have.
        fc.pre(value === 0 || Math.abs(value) > 1e-20);
        const text = toDecimal(value) ?? '';
        expect(decimal.safeParse(text).success).toBe(true);
        expect(Number(text)).toBe(value === 0 ? 0 : value);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('keep the digits as they were sent', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '-'), digits, digits, (sign, whole, fraction) => {
        const bare = whole.replace(/^0+(?=\d)/, '');
        expect(toDecimal(`${sign}${bare}.${fraction}`)).toBe(`${sign}${bare}.${fraction}`);
      }),
      { seed },
    );
  });

  it('move the point by the exponent and lose no digit', () => {
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: -15, max: 15 }), (whole, fraction, exponent) => {
        const text = toDecimal(`${whole}.${fraction}e${exponent}`) ?? '';
        expect(decimal.safeParse(text).success).toBe(true);
        const significant = (some: string) => some.replace('.', '').replace(/^0+/, '').replace(/0+$/, '');
        expect(significant(text)).toBe(significant(whole + fraction));
        expect(Number(text)).toBe(Number(`${whole}.${fraction}e${exponent}`));
      }),
      { seed },
    );
  });
});
