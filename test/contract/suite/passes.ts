import { describe, expect, test } from 'vitest';
import type { Connector, Selection, Session } from '../../../connectors/connector.ts';
import { type Entity, entityRegistry } from '../../../model/entities/registry.ts';
import { declarationOf } from './connector-files.ts';
import { changedSince, everything, idsOf, readPass, recordSet } from './reading.ts';
import type { Subject } from './subject.ts';

/** A resume is tried from about so many places of a pass. */
const resumesAim = 10;

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

  describe.each(changed ? (['snapshot', 'changed'] as const) : (['snapshot'] as const))('a %s pass', (kind) => {
    const selectionOf = async (subject: Subject, session: Session): Promise<Selection> =>
      kind === 'snapshot' ? everything : changedSince(subject, { session, entity, inTenYears: false });

    test('gives the same records by pages of 1, 7 and 100', async () => {
      const subject = current();
      const session = subject.open();
      const selection = await selectionOf(subject, session);
      const whole = recordSet(subject, entity, (await readPass(session, { entity, selection, pageSize: 100 })).items);
      for (const pageSize of [1, 7]) {
        const { items } = await readPass(session, { entity, selection, pageSize });
        expect(recordSet(subject, entity, items), `pages of ${pageSize}`).toEqual(whole);
      }
    });

    test('goes on from every checkpoint, in another session, to the same records', async () => {
      const subject = current();
      const session = subject.open();
      const selection = await selectionOf(subject, session);
      const count = (await readPass(session, { entity, selection, pageSize: 100 })).items.length;
      const request = { entity, selection, pageSize: Math.max(1, Math.floor(count / resumesAim)) };
      const { items, checkpoints } = await readPass(session, request);
      expect(checkpoints.length).toBeGreaterThan(0);
      const whole = recordSet(subject, entity, items);
      for (const { checkpoint, before } of checkpoints) {
        const rest = await readPass(subject.open(), { ...request, checkpoint });
        const joined = [...items.slice(0, before), ...rest.items];
        expect(recordSet(subject, entity, joined), `from ${JSON.stringify(checkpoint)}`).toEqual(whole);
      }
    });
  });

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
