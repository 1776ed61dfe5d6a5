import { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { PageRequest } from '../connector.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** The query of a page: what is selected, in which order, and where it starts. */
export function pageQuery(
  { selection, checkpoint, pageSize }: PageRequest,
  { isDocument }: { isDocument: boolean },
): Query {
  const limit = pageSize;
  if (selection.kind === 'changed') {
    const position = checkpoint === null ? {} : positionOf(checkpoint, ['after-stamp', 'after-id']);
    return { order: 'changed', 'changed-since': selection.since, limit, ...position };
  }
  const position = checkpoint === null ? {} : positionOf(checkpoint, ['after']);
  const from = isDocument && selection.documentsFrom !== null ? selection.documentsFrom : undefined;
  return {
    order: 'id',
    'document-date-from': from,
    'or-open': from === undefined ? undefined : 'true',
    limit,
    ...position,
  };
}

/**
 * The checkpoint in the ERP's link to the next page: the position alone, so that a resumed run may choose another page
 * size. Null when there is no next page.
 */
export function checkpointIn(link: string | null): JsonObject | null {
  if (link === null) return null;
  const parameters = new URLSearchParams(link.slice(link.indexOf('?') + 1));
  const checkpoint: JsonObject = {};
  for (const name of positionNames) {
    const value = parameters.get(name);
    if (value !== null) checkpoint[name] = value;
  }
  return checkpoint;
}

const positionNames = ['after', 'after-stamp', 'after-id', 'after-seq'];

/**
 * A stored position's parameters; an empty one is the start, which the link of an empty first page leads to. Throws
 * `cursor_expired` for one of another shape: an earlier release wrote it.
 */
export function positionOf(checkpoint: Json, names: readonly string[]): Record<string, string> {
  const position: Record<string, string> = {};
  if (isJsonObject(checkpoint) && Object.keys(checkpoint).length === 0) return position;
  for (const name of names) {
    const value = isJsonObject(checkpoint) ? checkpoint[name] : undefined;
    if (typeof value !== 'string') throw unknownPosition(name);
    position[name] = value;
  }
  return position;
}

function unknownPosition(name: string): FlowsError {
  return new FlowsError(
    'cursor_expired',
    `The stored position in the sandbox ERP lacks "${name}", so reading cannot go on from it. Start again from the watermark.`,
  );
}
