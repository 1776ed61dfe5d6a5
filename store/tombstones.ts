import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import type pg from 'pg';
import { entityRegistry } from '../model/entities/registry.ts';
import type { ChangeOrigin } from '../model/sync.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';

/** Records that the source no longer has, as it said at a request. */
export interface Gone {
  readonly recordIds: readonly string[];
  /** The stamps of the deletes, where the source gives them: a record changed after its delete lives again. */
  readonly stamps?: readonly (string | null)[];
  /** The number of the request that did not find them. */
  readonly fetchNumber: number;
}

/** Tombstones records, inside a transaction that has locked the stream, and gives how many were alive. */
export async function tombstoneRecords(
  client: pg.PoolClient,
  options: { sequence: number; origin: ChangeOrigin; gone: Gone },
): Promise<number> {
  const { gone } = options;
  const stamps = gone.stamps ?? gone.recordIds.map(() => null);
  const { rowCount } = await client.query(tombstoneSql, [
    gone.recordIds,
    stamps,
    gone.fetchNumber,
    options.sequence,
    options.origin,
  ]);
  return rowCount ?? 0;
}

const tombstoneSql = `
  with alive as (
    select r.id, row_number() over (order by r.id) as n
    from record r join unnest($1::text[], $2::text[]) as gone (id, stamp) on gone.id = r.id
    where r.deleted_at is null and r.fetch_number < $3 and (gone.stamp is null or r.stamp is null or r.stamp <= gone.stamp collate "C")
  )
  update record set deleted_at = now(), changed_at = now(), fetch_number = $3, sequence = $4 + alive.n, origin = $5
  from alive where record.id = alive.id`;

export type ScanRow = Selectable<Schema['scan']>;

/** A scan by its id. */
export function readScan(database: Database, scanId: string): Promise<ScanRow> {
  return stored(database.query.selectFrom('scan').selectAll().where('id', '=', scanId).executeTakeFirstOrThrow());
}

/** Marks a scan as held: more records are gone than may be tombstoned without a person. */
export async function holdScan(database: Database, scanId: string, candidates: number): Promise<void> {
  await stored(
    database.query
      .updateTable('scan')
      .set({ state: 'held', candidates, ended_at: new Date().toISOString() })
      .where('id', '=', scanId)
      .execute(),
  );
}

export interface Candidate {
  readonly id: string;
  readonly remote_id: string;
}

interface Records {
  readonly lineageId: string;
  readonly entity: keyof typeof entityRegistry;
}

/** How many records of an entity are stored and not deleted. */
export async function countAlive(database: Database, of: Records): Promise<number> {
  const count = aliveRecords(database, of).select(({ fn }) => fn.countAll<number>().as('count'));
  return (await stored(count.executeTakeFirstOrThrow())).count;
}

/** Live records that a whole scan did not see, in the order of their ids: the first `limit` behind the id `after`. */
export function findUnseen(
  database: Database,
  scan: ScanRow,
  options: Records & { after: string; limit: number },
): Promise<Candidate[]> {
  return stored(
    aliveRecords(database, options)
      .select(['id', 'remote_id'])
      .where('id', '>', options.after)
      .where('fetch_number', '<', scan.start_fetch_number)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('scan_seen')
              .select('record_id')
              .where('scan_id', '=', scan.id)
              .whereRef('scan_seen.record_id', '=', 'record.id'),
          ),
        ),
      )
      .where(inSelection(options.entity, scan.documents_from))
      .orderBy('id')
      .limit(options.limit)
      .execute(),
  );
}

function aliveRecords(database: Database, { lineageId, entity }: Records) {
  return database.query
    .selectFrom('record')
    .where('lineage_id', '=', lineageId)
    .where('entity', '=', entity)
    .where('deleted_at', 'is', null);
}

/** Only what the scan's selection would have returned may be missed by it: documents of the window, or still open ones. */
function inSelection(entity: keyof typeof entityRegistry, documentsFrom: string | null) {
  const window = entityRegistry[entity].window;
  if (!window || documentsFrom === null) return sql<boolean>`true`;
  const dated = sql`left(data ->> ${window.dateField}, 10)`;
  return sql<boolean>`(${dated} is null or ${dated} >= ${documentsFrom} or data ->> 'status' = any(${[...window.openStatuses]}))`;
}
