import { describe, expect, test } from 'vitest';
import type { Connector, Selection, Session } from '../../../connectors/connector.ts';
import { type Entity, entityRegistry } from '../../../model/entities/registry.ts';
import { declarationOf } from './connector-files.ts';
import { changedSince, everything, idsOf, readPass, recordSet, signal } from './reading.ts';
import type { Subject } from './subject.ts';

/** Single records are read where so many pages of 7 are left, and from the start where there are fewer. */
const lastPagesByOne = 4;

/** What a pass over an entity gives, however it is cut into pages, interrupted and taken up again. */
export function testPasses(
  current: () => Subject,
  { connector, entity }: { connector: Connector; entity: Entity },
): void {
  const { changed, identify, toUnified } = declarationOf(connector, entity);

  test('two snapshots give the same records, each once, and all fit our model', async () => {
    const subject = current();
    const request = { entity, selection: everything, pageSize: 100 };
    const first = await readPass(subject.open(), request);
    const second = await readPass(subject.open(), request);
    const ids = idsOf(subject, entity, first.items);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(recordSet(subject, entity, second.items)).toEqual(recordSet(subject, entity, first.items));
    const { schema } = entityRegistry[entity];
    const misfits = first.items.flatMap((raw) => schema.safeParse(toUnified(raw, subject.profile)).error?.issues ?? []);
    expect(misfits).toEqual([]);
  });

  describe.each(changed ? (['snapshot', 'changed'] as const) : (['snapshot'] as const))('a %s pass', (kind) =>
    testPages(current, { connector, entity, kind }),
  );
  if (!changed) return;

  test('nothing has changed since a stamp that lies in the future', async () => {
    const subject = current();
    const session = subject.open();
    const selection = await changedSince(subject, { session, entity, inTenYears: true });
    expect((await readPass(session, { entity, selection, pageSize: 100 })).items).toEqual([]);
  });

  test('stamps sort as they stand for instants, and pages by stamp come in their order', async () => {
    const subject = current();
    const session = subject.open();
    const selection = await changedSince(subject, { session, entity, inTenYears: false });
    const { items } = await readPass(session, { entity, selection, pageSize: 7 });
    const stamps = items.map((raw) => identify(raw).stamp).filter((stamp) => stamp !== null);
    const instants = stamps.map((stamp) => connector.stamps.toInstant(stamp));
    expect([...stamps].sort().map((stamp) => connector.stamps.toInstant(stamp))).toEqual([...instants].sort());
    if (changed.order === 'stamp_id') expect(stamps).toEqual([...stamps].sort());
  });
}

interface PagesOptions {
  readonly connector: Connector;
  readonly entity: Entity;
  readonly kind: 'snapshot' | 'changed';
}

/** However a pass is cut into pages, and taken up again, it gives the same. */
function testPages(current: () => Subject, { connector, entity, kind }: PagesOptions): void {
  const { snapshot, changed } = declarationOf(connector, entity);
  const selectionOf = async (subject: Subject, session: Session): Promise<Selection> =>
    kind === 'snapshot' ? everything : changedSince(subject, { session, entity, inTenYears: false });

  test('gives the same records by pages of 1, 7 and 100', async () => {
    const subject = current();
    const session = subject.open();
    const selection = await selectionOf(subject, session);
    const whole = recordSet(subject, entity, (await readPass(session, { entity, selection, pageSize: 100 })).items);
    const { items, pages } = await readPass(session, { entity, selection, pageSize: 7 });
    expect(recordSet(subject, entity, items), 'pages of 7').toEqual(whole);
    const [before, after] = [pages.slice(0, -lastPagesByOne), pages.slice(-lastPagesByOne)];
    const rest = await readPass(session, {
      entity,
      selection,
      pageSize: 1,
      checkpoint: after[0]?.checkpoint ?? null,
    });
    const joined = [...before.flatMap((page) => page.items), ...rest.items];
    expect(recordSet(subject, entity, joined), 'pages of 1').toEqual(whole);
  });

  // Each page and the place where the next one starts being the same, so is all that follows.
  test('goes on from every checkpoint, in another session, with the same page', async () => {
    const subject = current();
    const session = subject.open();
    const selection = await selectionOf(subject, session);
    const request = { entity, selection, pageSize: 7 };
    const { pages } = await readPass(session, request);
    expect(pages.length).toBeGreaterThan(1);
    const other = subject.open();
    const isByLink = (kind === 'snapshot' ? snapshot : changed)?.order === 'continuation';
    for (const { checkpoint, items, next } of pages) {
      const again = await other.readPage({ ...request, checkpoint, signal });
      expect(again.items, `from ${JSON.stringify(checkpoint)}`).toEqual(items);
      if (isByLink) expect(again.next === null).toBe(next === null);
      else expect(again.next).toEqual(next);
    }
  });
}
