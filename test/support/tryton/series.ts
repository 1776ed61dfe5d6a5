/** The series of Tryton that Flows is tested against: 8.0 is the long-term one, 7.8 the one before. */
export const trytonSeries = ['8.0', '7.8'] as const;

export type TrytonSeries = (typeof trytonSeries)[number];

export function isTrytonSeries(text: string): text is TrytonSeries {
  return (trytonSeries as readonly string[]).includes(text);
}

/** Modules to activate; what they depend on comes with them (account, party, product, stock, …). */
export const trytonModules = [
  'purchase',
  'purchase_request',
  'production',
  'production_work',
  'account_invoice_stock',
  'stock_supply',
] as const;

/** Packages for pip. The server and its modules share a series; each takes the newest fix release of it. */
export function packagesOf(series: TrytonSeries): string[] {
  const driver = series === '7.8' ? 'psycopg2-binary' : 'psycopg[binary,pool]';
  return [`trytond~=${series}.0`, driver, ...trytonModules.map((module) => `trytond_${module}~=${series}.0`)];
}

/** Path of JSON-RPC below the server, or below `/<database>`: series 8 moved it from `/` to `/rpc/`. */
export function rpcPathOf(series: TrytonSeries): string {
  return series === '7.8' ? '/' : '/rpc/';
}
