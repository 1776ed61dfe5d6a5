import type { PageRequest, RemotePage, Selection, Session } from '../../../connectors/connector.ts';
import type { Entity } from '../../../model/entities/registry.ts';
import type { Json } from '../../../model/json.ts';
import { declarationOf } from './connector-files.ts';
import type { Subject } from './subject.ts';

const pagesMax = 5_000;
const tenYearsMs = 10 * 365 * 86_400_000;

/** A signal that is never aborted. */
export const { signal } = new AbortController();

export const everything: Selection = { kind: 'snapshot', documentsFrom: null };

export interface Pass {
  readonly items: readonly Json[];
  readonly pages: readonly PassPage[];
}

export interface PassPage extends Pick<RemotePage, 'items' | 'next'> {
  /** Where it began; null for the first one. */
  readonly checkpoint: Json;
}

/** Reads pages to their end. Checkpoints go through JSON, as if stored and read by another process. */
export async function readPass(
  session: Session,
  request: Pick<PageRequest, 'entity' | 'selection' | 'pageSize'> & { readonly checkpoint?: Json },
): Promise<Pass> {
  const pages: PassPage[] = [];
  let checkpoint: Json = request.checkpoint ?? null;
  while (pages.length < pagesMax) {
    const { items, next } = await session.readPage({ ...request, checkpoint, signal });
    pages.push({ items, next, checkpoint });
    if (next === null) return { items: pages.flatMap((page) => page.items), pages };
    checkpoint = JSON.parse(JSON.stringify(next)) as Json;
  }
  throw new Error(`${request.entity} did not end after ${pagesMax} pages of ${request.pageSize}.`);
}

export function idsOf({ connector }: Subject, entity: Entity, items: readonly Json[]): string[] {
  return items.map((raw) => declarationOf(connector, entity).identify(raw).remoteId);
}

/** Records by id, in one order whatever the order of reading; of one that was read twice, the last. */
export function recordSet(subject: Subject, entity: Entity, items: readonly Json[]): ReadonlyMap<string, Json> {
  const ids = idsOf(subject, entity, items);
  const entries = items.map((raw, index): [string, Json] => [ids[index] ?? '', raw]);
  return new Map([...new Map(entries)].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The source's now, or where it has no clock the newest stamp of the entity. */
export async function sourceNow(subject: Subject, session: Session, entity: Entity): Promise<string> {
  const now = await session.now(signal);
  if (now !== null) return now;
  const { items } = await readPass(session, { entity, selection: everything, pageSize: 100 });
  const stamps = items.map((raw) => declarationOf(subject.connector, entity).identify(raw).stamp);
  const newest = stamps
    .filter((stamp) => stamp !== null)
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new Error(`${entity} has neither a clock nor a stamp, so nothing can be changed since.`);
  return newest;
}

/** All that ever changed, and what will change in ten years: nothing. */
export async function changedSince(
  subject: Subject,
  { session, entity, inTenYears }: { session: Session; entity: Entity; inTenYears: boolean },
): Promise<Selection> {
  const now = await sourceNow(subject, session, entity);
  return { kind: 'changed', since: subject.connector.stamps.shift(now, inTenYears ? tenYearsMs : -tenYearsMs) };
}
