import { type Json, type JsonObject, isJsonObject } from '../../model/json.ts';
import type { FetchRequest, PageRequest, RemotePage } from '../connector.ts';
import { changedDomain, positionOf, unknownPosition } from './model-source.ts';
import { type Domain, type RecordSource, toRecordId, type TrytonCalls } from './source.ts';

/** A page of the snapshot looks into so many locations at most, with two calls for each. */
const locationsPerPage = 25;

/** A page of changes looks at so many moves at most; each touches two locations. */
const movesPerPage = 100;

/**
 * Stock levels, as `{ product, location, quantity, unassigned, 'default_uom.' }`. A level is asked for per location
 * without its children (with them a parent would count their stock again), in the product's default unit.
 *
 * A snapshot goes through the storage locations by id, and in each through the products in stock by id: empty levels are
 * not in it. What changed is found by the stock moves that did: they touch levels, and one that became empty is among
 * them, with a quantity of 0. A level that is asked for by its id exists while its product and location do.
 */
export const levelSource: RecordSource = {
  models: ['product.product', 'stock.location', 'stock.move', 'product.uom'],
  readPage: (calls, request) =>
    request.selection.kind === 'snapshot'
      ? readSnapshotPage(calls, request)
      : readChangedPage(calls, request, request.selection.since),
  fetchRecords,
};

async function readSnapshotPage(calls: TrytonCalls, request: PageRequest): Promise<RemotePage> {
  const start = snapshotPosition(request);
  const { signal, pageSize } = request;
  const found = await storageLocations(calls, {
    domain: [['id', '>=', start.location]],
    limit: locationsPerPage,
    signal,
  });
  const items: Json[] = [];
  let { bytes } = found;
  for (const location of found.locations) {
    const after = location === start.location ? start.product : 0;
    const domain: Domain = [
      ['id', '>', after],
      ['quantity', '!=', 0],
    ];
    const limit = pageSize - items.length;
    const page = await readLevels(calls, { location, domain, limit, signal });
    items.push(...page.levels);
    bytes += page.bytes;
    const last = page.levels.at(-1)?.['product'];
    if (items.length >= pageSize && last !== undefined) return { items, next: { location, product: last }, bytes };
  }
  const lastLocation = found.locations.at(-1);
  return { items, next: lastLocation === undefined ? null : { location: lastLocation + 1, product: 0 }, bytes };
}

async function readChangedPage(calls: TrytonCalls, request: PageRequest, since: string): Promise<RemotePage> {
  const { signal } = request;
  const { records: moves, bytes: movesBytes } = await calls.searchRead({
    model: 'stock.move',
    domain: [['id', '>', positionOf(request)], ...changedDomain(since)],
    fields: ['product', 'from_location', 'from_location.type', 'to_location', 'to_location.type'],
    limit: Math.min(request.pageSize, movesPerPage),
    signal,
  });
  const touched = new Map<number, Set<number>>();
  for (const move of moves) {
    for (const end of ['from_location', 'to_location']) addTouched(touched, move, end);
  }
  const items: Json[] = [];
  let bytes = movesBytes;
  for (const [location, products] of touched) {
    const page = await readLevels(calls, {
      location,
      domain: [['id', 'in', [...products]]],
      limit: products.size,
      signal,
    });
    items.push(...page.levels);
    bytes += page.bytes;
  }
  const last = moves.at(-1)?.['id'];
  return { items, next: last === undefined ? null : { after: last }, bytes };
}

async function fetchRecords(calls: TrytonCalls, { remoteIds, signal }: FetchRequest): Promise<readonly Json[]> {
  const asked = new Map<number, Set<number>>();
  for (const remoteId of remoteIds) {
    const [product, location] = remoteId.split('@').map(toRecordId);
    if (product && location) productsAt(asked, location).add(product);
  }
  const ids = [...asked.keys()];
  if (ids.length === 0) return [];
  const { locations } = await storageLocations(calls, { domain: [['id', 'in', ids]], limit: ids.length, signal });
  const items: Json[] = [];
  for (const location of locations) {
    const products = [...productsAt(asked, location)];
    const page = await readLevels(calls, {
      location,
      domain: [['id', 'in', products]],
      limit: products.length,
      signal,
    });
    items.push(...page.levels);
  }
  return items;
}

interface LocationQuery {
  readonly domain: Domain;
  readonly limit: number;
  readonly signal: AbortSignal;
}

async function storageLocations(
  calls: TrytonCalls,
  { domain, limit, signal }: LocationQuery,
): Promise<{ locations: number[]; bytes: number }> {
  const query = { model: 'stock.location', domain: [['type', '=', 'storage'], ...domain], fields: [], limit, signal };
  const { records, bytes } = await calls.searchRead(query);
  return { locations: records.map(({ id }) => id).filter((id) => typeof id === 'number'), bytes };
}

interface LevelQuery {
  readonly location: number;
  readonly domain: Domain;
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * The levels of products at one location: what is there today (`quantity`, done moves), and what of it no move is
 * assigned to (`unassigned`).
 */
async function readLevels(
  calls: TrytonCalls,
  { location, domain, limit, signal }: LevelQuery,
): Promise<{ levels: JsonObject[]; bytes: number }> {
  const model = 'product.product';
  const context = { locations: [location], with_childs: false };
  const fields = ['quantity', 'default_uom.symbol'];
  const onHand = await calls.searchRead({ model, domain, fields, limit, context, signal });
  if (onHand.records.length === 0) return { levels: [], bytes: onHand.bytes };
  const ids = onHand.records.map(({ id }) => id ?? null);
  const unassigned = await calls.searchRead({
    model,
    domain: [['id', 'in', ids]],
    fields: ['quantity'],
    limit: ids.length,
    context: { ...context, stock_assign: true },
    signal,
  });
  const byProduct = new Map(unassigned.records.map(({ id, quantity }) => [id, quantity]));
  const levels = onHand.records.map(({ id = null, quantity = null, ...rest }) => ({
    product: id,
    location,
    quantity,
    unassigned: byProduct.get(id) ?? quantity,
    ...rest,
  }));
  return { levels, bytes: onHand.bytes + unassigned.bytes };
}

function addTouched(touched: Map<number, Set<number>>, move: JsonObject, end: string): void {
  const place = move[`${end}.`];
  const location = move[end];
  const product = move['product'];
  if (!isJsonObject(place) || place['type'] !== 'storage') return;
  if (typeof location === 'number' && typeof product === 'number') productsAt(touched, location).add(product);
}

function productsAt(places: Map<number, Set<number>>, location: number): Set<number> {
  const products = places.get(location) ?? new Set();
  places.set(location, products);
  return products;
}

function snapshotPosition({ entity, checkpoint }: PageRequest): { location: number; product: number } {
  if (checkpoint === null) return { location: 0, product: 0 };
  const { location, product } = isJsonObject(checkpoint) ? checkpoint : {};
  if (typeof location === 'number' && typeof product === 'number') return { location, product };
  throw unknownPosition(entity, checkpoint);
}
