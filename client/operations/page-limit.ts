import { FlowsError } from '../../model/errors/flows-error.ts';

const limitDefault = 50;
/** The most entries that one page of any list may have. */
const limitMax = 500;

/** How many entries a page has: what was asked for, or 50. Throws `invalid_request` outside 1 to 500. */
export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) return limitDefault;
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return limit;
  throw new FlowsError('invalid_request', `A page has 1 to ${limitMax} entries, not ${limit}.`);
}
