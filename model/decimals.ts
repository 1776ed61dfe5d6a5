import { z } from 'zod';

/** Digits that a decimal may have before or after its point; more than any ERP keeps, and a bound for hostile exponents. */
const digitsMax = 60;

const plainPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const numericPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A decimal number as text in plain notation: `-?digits[.digits]`, no exponent, no leading zeros. Never a JSON number. */
export const decimal = z
  .string()
  .max(2 * digitsMax + 2)
  .regex(plainPattern, 'must be a decimal number in plain notation');

/**
 * A decimal in plain notation from what a system sent: a text or a JSON number. The digits are kept as sent, so
 * `"12.30"` stays `12.30` and `1e-7` becomes `0.0000001`. Gives null for what is no number, or has too many digits.
 */
export function toDecimal(value: string | number): string | null {
  // JavaScript writes numbers of this range in plain notation.
  if (typeof value === 'number' && Math.abs(value) >= 1e-6 && Math.abs(value) < 1e21) return String(value);
  const text = typeof value === 'number' ? String(value) : value.trim();
  if (text.length <= digitsMax && plainPattern.test(text)) return text;
  return fromNumericText(text);
}

function fromNumericText(text: string): string | null {
  const match = numericPattern.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (digits.length > digitsMax || Math.abs(point) > digitsMax) return null;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const split = Math.max(point, 1);
  const left = padded.slice(0, split).replace(/^0+(?=\d)/, '');
  const right = padded.slice(split);
  const isZero = /^0*$/.test(left + right);
  return (sign === '-' && !isZero ? '-' : '') + left + (right === '' ? '' : `.${right}`);
}
