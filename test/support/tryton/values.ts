import type { RpcValue } from './rpc.ts';

/** A numeric, from a decimal string. */
export function decimal(text: string): RpcValue {
  return { __class__: 'Decimal', decimal: text };
}

/** A date, from `YYYY-MM-DD`. */
export function date(text: string): RpcValue {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  return { __class__: 'date', year, month, day };
}

/** The day so many days before `day`, both `YYYY-MM-DD`; a negative number looks ahead. */
export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** A value without `__class__` objects: decimals and instants (UTC, microseconds) as strings. */
export function plain(value: RpcValue): RpcValue {
  if (Array.isArray(value)) return value.map((item: RpcValue) => plain(item));
  if (value === null || typeof value !== 'object') return value;
  const fields = value as { readonly [key: string]: RpcValue };
  const part = (name: string, width = 2) => String(fields[name]).padStart(width, '0');
  const day = () => `${part('year', 4)}-${part('month')}-${part('day')}`;
  if (fields.__class__ === 'Decimal') return fields.decimal ?? null;
  if (fields.__class__ === 'date') return day();
  if (fields.__class__ === 'datetime') {
    return `${day()}T${part('hour')}:${part('minute')}:${part('second')}.${part('microsecond', 6)}Z`;
  }
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, plain(item)]));
}
