import { expect, test } from 'vitest';
import type { Connector, Session } from '../../../connectors/connector.ts';
import type { Entity } from '../../../model/entities/registry.ts';
import { declarationOf } from './connector-files.ts';
import type { SystemHarness } from './harness.ts';
import { everything, idsOf, readPass, signal, sourceNow } from './reading.ts';
import type { Subject } from './subject.ts';

const deletionPagesMax = 100;

interface Options {
  readonly connector: Connector;
  readonly harness: SystemHarness;
  readonly entity: Entity;
}

/** What is created, changed and removed in the system shows as the connector declares it. */
export function testChanges(current: () => Subject, { connector, harness, entity }: Options): void {
  const { changed, deletes, identify, toUnified } = declarationOf(connector, entity);
  const undeletable = harness.undeletable[entity];

  test('a record that was created or changed is read, and is among what changed since before', async () => {
    const subject = current();
    const session = subject.open();
    const since = changed ? await sourceNow(subject, session, entity) : null;
    const ids = [await subject.system.create(entity), await subject.system.change(entity)];
    const selection = since === null ? everything : ({ kind: 'changed', since } as const);
    const { items } = await readPass(session, { entity, selection, pageSize: 100 });
    expect(idsOf(subject, entity, items)).toEqual(expect.arrayContaining(ids));
  });

  test('records are fetched by id as they are read, without those that do not exist', async () => {
    const subject = current();
    const session = subject.open();
    const { items } = await readPass(session, { entity, selection: everything, pageSize: 100 });
    const asked = items.slice(0, 3);
    const remoteIds = [...idsOf(subject, entity, asked), subject.system.missingId(entity), 'no such id'];
    const fetched = await session.fetchRecords({ entity, remoteIds, signal });
    const readBy = (raw: (typeof items)[number]) => [identify(raw), toUnified(raw, subject.profile)];
    expect(
      fetched
        .map(readBy)
        .map((read) => JSON.stringify(read))
        .sort(),
    ).toEqual(
      asked
        .map(readBy)
        .map((read) => JSON.stringify(read))
        .sort(),
    );
    expect(await session.fetchRecords({ entity, remoteIds: [], signal })).toEqual([]);
  });

  if (undeletable !== undefined) {
    test(`its records cannot be deleted: ${undeletable}`, () => expect(undeletable.length).toBeGreaterThan(20));
    return;
  }

  test(`a removed record is fetched no more, and shows as declared: by ${deletes}`, async () => {
    const subject = current();
    const session = subject.open();
    const remoteId = await subject.system.create(entity);
    expect(await session.fetchRecords({ entity, remoteIds: [remoteId], signal })).toHaveLength(1);
    const since = deletes === 'feed' ? await sourceNow(subject, session, entity) : '';
    await subject.system.remove(entity, remoteId);
    const fetched = await session.fetchRecords({ entity, remoteIds: [remoteId], signal });
    const { items } = await readPass(session, { entity, selection: everything, pageSize: 100 });
    const marked = [...fetched, ...items].filter((raw) => identify(raw).remoteId === remoteId);
    if (deletes === 'flag') expect(marked.every((raw) => identify(raw).deleted)).toBe(true);
    else expect(marked).toEqual([]);
    if (deletes === 'feed') expect(await readDeletedIds(session, entity, since)).toContain(remoteId);
  });
}

async function readDeletedIds(session: Session, entity: Entity, since: string): Promise<string[]> {
  if (!session.readDeletions)
    throw new Error(`${entity} declares a delete feed, and the session has no readDeletions.`);
  const ids: string[] = [];
  let checkpoint = null;
  for (let page = 0; page < deletionPagesMax; page += 1) {
    const answer = await session.readDeletions({ entity, since, checkpoint, signal });
    ids.push(...answer.deletions.map(({ remoteId }) => remoteId));
    if (answer.next === null) return ids;
    checkpoint = answer.next;
  }
  throw new Error(`The delete feed of ${entity} did not end after ${deletionPagesMax} pages.`);
}
