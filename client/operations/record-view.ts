import type { Entity } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { ChangeOrigin } from '../../model/sync.ts';
import type { Database } from '../../store/database.ts';
import { type RecordRow, readNames } from '../../store/records.ts';
import { expandReferences, referencedIds } from './references.ts';

/** A record as readers get it. */
export interface RecordView {
  readonly id: string;
  readonly entity: Entity;
  /** The system's own id. */
  readonly remote_id: string;
  /** In the unified model; references carry the id, code and name of their target, lines an id of their own. */
  readonly data: JsonObject;
  readonly remote_created_at: string | null;
  readonly remote_updated_at: string | null;
  /** The system's own stamp and version of the record, as they came. */
  readonly stamp: string | null;
  readonly version: string | null;
  /** When our copy last changed, and through what. */
  readonly changed_at: string;
  readonly origin: ChangeOrigin;
  readonly deleted_at: string | null;
  /** As the system sent it; only where it was asked for. */
  readonly raw?: Json;
}

/** Stored records as readers get them; names of referenced records are looked up in one query. */
export async function toRecordViews(database: Database, rows: readonly RecordRow[]): Promise<RecordView[]> {
  const names = await readNames(database, [...new Set(rows.flatMap(referencedIds))]);
  return rows.map((row) => toRecordView(row, withLineIds(row.id, expandReferences(row, names))));
}

function toRecordView(row: RecordRow, data: JsonObject): RecordView {
  const {
    id,
    entity,
    remote_id,
    remote_created_at,
    remote_updated_at,
    stamp,
    version,
    changed_at,
    origin,
    deleted_at,
    raw,
  } = row;
  const view = {
    id,
    entity,
    remote_id,
    data,
    remote_created_at,
    remote_updated_at,
    stamp,
    version,
    changed_at,
    origin,
    deleted_at,
  };
  return raw === undefined ? view : { ...view, raw };
}

/** A line's id is its document's with the system's own line id: stable as long as that is. */
function withLineIds(recordId: string, data: JsonObject): JsonObject {
  const lines = data['lines'];
  if (!Array.isArray(lines)) return data;
  const withIds = (lines as JsonObject[]).map((line) => ({
    line_id: `${recordId}.${line['remote_line_id'] as string}`,
    ...line,
  }));
  return { ...data, lines: withIds };
}
