import { ask } from './query.ts';

/** What was loaded: how many orders and lines, and the sums of their quantities and net prices with two digits. */
export interface Sums {
  readonly orders: number;
  readonly lines: number;
  readonly quantity: string;
  readonly price: string;
}

/** How a contender's tables are read. */
export interface Tables {
  /** Where the orders are, one row each. */
  readonly orders: string;
  /** What to select lines from, and two expressions over it. */
  readonly lines: string;
  readonly quantity: string;
  readonly price: string;
}

/** Our own tables and copies of them. */
export function unifiedTables(table: string): Tables {
  return {
    orders: table,
    lines: `${table}, json_array_elements(data->'lines') line`,
    quantity: `(line->'quantity'->>'value')::numeric`,
    price: `(line->'unit_price'->>'amount')::numeric`,
  };
}

/**
 * Throws unless what a contender loaded is what the source holds, to the last cent, in logged tables whose orders have a
 * unique key.
 */
export async function requireLoaded(url: string, tables: Tables, expected: Sums): Promise<void> {
  const [kept] = await ask<{ is_kept: boolean }>(
    url,
    `select relpersistence = 'p' and exists (select from pg_index where indrelid = oid and indisunique) as is_kept
     from pg_class where oid = $1::regclass`,
    [tables.orders],
  );
  if (!kept?.is_kept) throw new Error(`${tables.orders} is unlogged or has no unique key: it is not the same job.`);
  const [found] = await ask<Sums & Record<string, unknown>>(
    url,
    `select (select count(*)::int from ${tables.orders}) as orders, count(*)::int as lines,
       sum(${tables.quantity})::numeric(20, 2)::text as quantity, sum(${tables.price})::numeric(20, 2)::text as price
     from ${tables.lines}`,
  );
  for (const key of ['orders', 'lines', 'quantity', 'price'] as const) {
    if (found?.[key] !== expected[key])
      throw new Error(`${tables.orders} holds ${key} ${found?.[key]}, and the source ${expected[key]}.`);
  }
}
