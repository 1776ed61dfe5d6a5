import type { z } from 'zod';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject } from '../../model/json.ts';

/** What a cursor continues; one made for another list is refused. */
type CursorKind = 'records' | 'changes' | 'executions' | 'quarantine';

/** A place in a list as opaque text: base64url of JSON with a version and the list's kind. */
export function encodeCursor(kind: CursorKind, place: object): string {
  return Buffer.from(JSON.stringify({ v: 1, kind, place })).toString('base64url');
}

/** The place that `encodeCursor` was given. Throws `invalid_request` for what is no cursor of that kind. */
export function decodeCursor<T>(kind: CursorKind, cursor: string, schema: z.ZodType<T>): T {
  const envelope = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'));
  const parsed =
    isJsonObject(envelope) && envelope['v'] === 1 && envelope['kind'] === kind
      ? schema.safeParse(envelope['place'])
      : null;
  if (parsed?.success) return parsed.data;
  throw new FlowsError(
    'invalid_request',
    `The cursor is not one of a list of ${kind}. Give the one of the answer before, unchanged, or none to start again.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
