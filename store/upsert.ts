import type pg from 'pg';
import type { Entity } from '../model/entities/registry.ts';
import type { ChangeOrigin, SyncCounts } from '../model/sync.ts';
import type { StreamRow } from './streams.ts';

/** Whose the rows are, and where their changes come from. */
export interface RowOwner {
  readonly lineageId: string;
  readonly connectionId: string;
  readonly entity: Entity;
  readonly origin: ChangeOrigin;
}

export interface UpsertOptions {
  readonly stream: StreamRow;
  readonly owner: RowOwner;
  readonly hasDuplicates: boolean;
}

export interface UpsertResult extends Partial<SyncCounts> {
  /** How many sequence numbers were given. */
  readonly changes: number;
}

/**
 * Moves the rows of the temporary table `incoming` into `record`, inside a transaction that has locked the stream:
 * an older version is dropped, an unchanged one writes nothing, one whose raw form alone differs updates its row without
 * a change for readers, and what changed gets the stream's next sequence numbers in the order of arrival.
 */
export async function upsertIncoming(client: pg.PoolClient, options: UpsertOptions): Promise<UpsertResult> {
  const { stream, owner } = options;
  if (options.hasDuplicates) await client.query(dropOlderDuplicatesSql);
  // A batch is small beside the table: it is looked up by index, however large the table has grown.
  await client.query(`set local enable_hashjoin = off; set local enable_mergejoin = off; set local work_mem = '64MB'`);
  const { rows } = await client.query<UpsertCounts>(upsertSql, [
    stream.sequence,
    owner.lineageId,
    owner.connectionId,
    owner.entity,
    owner.origin,
  ]);
  await client.query('set local enable_hashjoin = on; set local enable_mergejoin = on');
  const { changes = 0, ...counts } = rows[0] ?? {};
  return { changes, ...counts };
}

type UpsertCounts = Pick<SyncCounts, 'created' | 'changed' | 'unchanged' | 'raw_only' | 'deleted' | 'outdated'> & {
  changes: number;
};

/** One record per key: the newest stamp, then the newest fetch, then the last in the page. */
const dropOlderDuplicatesSql = `
  delete from incoming old using incoming new
  where old.id = new.id and (coalesce(old.stamp, ''), old.fetch_number, old.ctid) < (coalesce(new.stamp, ''), new.fetch_number, new.ctid)`;

const upsertSql = `
  with compared as materialized (
    select i.*, r.sequence as old_sequence, r.id is null as is_new,
      r.id is not null and (coalesce(i.stamp < r.stamp, false)
        or (i.fetch_number < r.fetch_number and (i.stamp is null or r.stamp is null or i.stamp = r.stamp))) as is_outdated,
      case when r.id is null then not i.deleted
        else r.content_hash <> i.content_hash or (r.deleted_at is null) = i.deleted end as is_changed,
      r.raw_hash <> i.raw_hash as is_raw_changed
    from incoming i left join record r on r.id = i.id
  ),
  accepted as (
    select *, $1 + row_number() over () as new_sequence from compared where is_changed and not is_outdated
    union all
    select *, old_sequence from compared where is_raw_changed and not is_changed and not is_outdated
  ),
  written as (
    insert into record (id, lineage_id, connection_id, entity, remote_id, data, raw, content_hash, raw_hash, stamp, version,
      remote_created_at, remote_updated_at, fetch_number, sequence, origin, deleted_at)
    select id, $2, $3, $4, remote_id, data::json, raw::json, content_hash, raw_hash, stamp, version,
      created_at, updated_at, fetch_number, new_sequence, $5, case when deleted then now() end
    from accepted
    on conflict (id) do update set connection_id = excluded.connection_id, data = excluded.data, raw = excluded.raw,
      content_hash = excluded.content_hash, raw_hash = excluded.raw_hash, stamp = excluded.stamp, version = excluded.version,
      remote_created_at = excluded.remote_created_at, remote_updated_at = excluded.remote_updated_at,
      fetch_number = excluded.fetch_number, sequence = excluded.sequence, deleted_at = excluded.deleted_at,
      origin = case when excluded.sequence = record.sequence then record.origin else excluded.origin end,
      changed_at = case when excluded.sequence = record.sequence then record.changed_at else now() end
  )
  select
    count(*) filter (where is_changed and not is_outdated) as changes,
    count(*) filter (where is_changed and not is_outdated and is_new) as created,
    count(*) filter (where is_changed and not is_outdated and not is_new and not deleted) as changed,
    count(*) filter (where is_changed and not is_outdated and not is_new and deleted) as deleted,
    count(*) filter (where not is_changed and not is_outdated and is_raw_changed is true) as raw_only,
    count(*) filter (where not is_changed and not is_outdated and is_raw_changed is not true) as unchanged,
    count(*) filter (where is_outdated) as outdated
  from compared`;
