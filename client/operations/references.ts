import { type Entity, isEntity } from '../../model/entities/registry.ts';
import { recordId } from '../../model/ids.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import type { RecordName, RecordRow } from '../../store/records.ts';

/** Whose references are looked at, and in whose data. */
type Owner = Pick<RecordRow, 'lineage_id' | 'entity' | 'data'>;

/**
 * The data of a record with every reference expanded by the id of its target, and by code and name where the target is
 * stored. A reference to what Flows does not sync (a company) stays as it is. Pure.
 */
export function expandReferences(owner: Owner, names: ReadonlyMap<string, RecordName>): JsonObject {
  return mapReferences(owner, ({ id, remoteId }) => {
    const { code = null, name = null } = names.get(id) ?? {};
    return {
      id,
      remote_id: remoteId,
      ...(code !== null && { code }),
      ...(name !== null && { name }),
    };
  });
}

/** The ids of all records that a record refers to. Pure. */
export function referencedIds(owner: Owner): string[] {
  const ids: string[] = [];
  mapReferences(owner, ({ id, remoteId }) => {
    ids.push(id);
    return { remote_id: remoteId };
  });
  return ids;
}

type Replace = (target: { readonly id: string; readonly remoteId: string }) => JsonObject;

function mapReferences({ lineage_id, entity, data }: Owner, replace: Replace): JsonObject {
  const mapField = (name: string, value: Json): Json => {
    if (Array.isArray(value)) return value.map((item) => mapField(name, item));
    if (!isJsonObject(value)) return value;
    const remoteId = value['remote_id'];
    const target = targetOf(name, entity);
    if (typeof remoteId === 'string')
      return target ? replace({ id: recordId(lineage_id, target, remoteId), remoteId }) : value;
    return mapFields(value);
  };
  const mapFields = (fields: JsonObject): JsonObject =>
    Object.fromEntries(
      // What a system calls its own fields says nothing of ours.
      Object.entries(fields).map(([name, value]) => [name, name === 'custom_fields' ? value : mapField(name, value)]),
    );
  return mapFields(data);
}

/** The entity that a field refers to: fields are named after their target, but for these two. */
function targetOf(field: string, owner: Entity): Entity | null {
  if (field === 'parent') return owner;
  if (field === 'site') return 'location';
  return isEntity(field) ? field : null;
}
