import { Refusal } from './http-answer.ts';
import type { Resource } from './records/resource.ts';
import { parseStamp, stampOf } from './stamps.ts';
import type { Position } from './table.ts';

/** A list request, checked; stamps are in the wire's full form. */
export interface PageQuery {
  readonly order: 'id' | 'changed' | 'continuation';
  /** The page begins after this place; null: at the first row. */
  readonly after: Position | null;
  readonly changedSince: string | null;
  /** Exclusive upper bound of a continuation. */
  readonly changedUntil: string | null;
  readonly documentDateFrom: string | null;
  readonly orOpen: boolean;
  readonly limit: number;
}

const commonParameters = ['order', 'limit', 'changed-since', 'document-date-from', 'or-open'];
const orderParameters = {
  id: ['after'],
  changed: ['after-stamp', 'after-id'],
  continuation: ['changed-until', 'token'],
} as const;

/** Reads a list request of a resource; refuses what the wire document does not name. */
export function parsePageQuery(
  query: URLSearchParams,
  options: {
    resource: Resource;
    pageSizeMax: number;
    limitDefault: number;
    /** The ERP's now: the upper bound of a continuation that names none. */
    now: string;
    readToken: (token: string) => PageQuery;
  },
): PageQuery {
  const order = orderOf(query.get('order') ?? 'id');
  refuseUnknown(query, [...commonParameters, ...orderParameters[order]]);
  if (order !== 'id' && !options.resource.stamped) {
    throw refuse('order_not_supported', `${options.resource.name} have no stamp; read them with order=id.`);
  }
  const token = query.get('token');
  if (token !== null) {
    refuseUnknown(query, ['order', 'token']);
    return options.readToken(token);
  }
  const changedSince = stampParameter(query, 'changed-since');
  if (changedSince !== null && !options.resource.stamped) {
    throw refuse('filter_not_supported', `${options.resource.name} have no stamp; changed-since cannot be asked.`);
  }
  const limit = wholeParameter(query, 'limit', { least: 1 }) ?? options.limitDefault;
  return {
    order,
    after: afterOf(query, order),
    changedSince,
    changedUntil: order === 'continuation' ? (stampParameter(query, 'changed-until') ?? options.now) : null,
    ...documentFilters(query, options.resource),
    limit: Math.min(limit, options.pageSizeMax),
  };
}

/** Refuses a request that has a parameter outside this list. */
export function refuseUnknown(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (!known.includes(name)) throw refuse('unknown_parameter', `Parameter ${name} is not known here.`);
  }
}

/** A whole number from a parameter; null where it is absent. */
export function wholeParameter(query: URLSearchParams, name: string, options: { least: number }): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (value < options.least) throw refuse('bad_parameter', `${name}=${text} is no whole number from ${options.least}.`);
  return value;
}

/** A stamp from a parameter in the wire's full form; null where it is absent. */
export function stampParameter(query: URLSearchParams, name: string): string | null {
  const text = query.get(name);
  if (text === null) return null;
  const micros = parseStamp(text);
  if (micros === undefined) throw refuse('bad_parameter', `${name}=${text} is no UTC stamp.`);
  return stampOf(micros);
}

function documentFilters(
  query: URLSearchParams,
  resource: Resource,
): { documentDateFrom: string | null; orOpen: boolean } {
  const documentDateFrom = query.get('document-date-from');
  const orOpen = query.get('or-open');
  if (resource.document === null && (documentDateFrom !== null || orOpen !== null)) {
    throw refuse('filter_not_supported', `${resource.name} are no documents.`);
  }
  if (documentDateFrom !== null && !/^\d{4}-\d\d-\d\d$/.test(documentDateFrom)) {
    throw refuse('bad_parameter', `document-date-from=${documentDateFrom} is no date.`);
  }
  if (orOpen !== null && orOpen !== 'true' && orOpen !== 'false') {
    throw refuse('bad_parameter', 'or-open is true or false.');
  }
  return { documentDateFrom, orOpen: orOpen === 'true' };
}

function afterOf(query: URLSearchParams, order: PageQuery['order']): Position | null {
  if (order === 'continuation') return null;
  if (order === 'id') {
    const id = query.get('after');
    return id === null ? null : { stamp: '', id };
  }
  const stamp = stampParameter(query, 'after-stamp');
  const id = query.get('after-id');
  if ((stamp === null) !== (id === null)) throw refuse('bad_parameter', 'after-stamp and after-id come together.');
  return stamp === null || id === null ? null : { stamp, id };
}

function orderOf(text: string): PageQuery['order'] {
  if (text === 'id' || text === 'changed' || text === 'continuation') return text;
  throw refuse('order_not_supported', `order=${text} is not known.`);
}

function refuse(code: string, message: string): Refusal {
  return new Refusal(400, { code, message });
}
