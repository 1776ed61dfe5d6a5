import * as z from 'zod';
import type { Database } from './database.ts';
import type { Erp } from './erp.ts';
import { parseBody } from './fault-effects.ts';
import { Refusal } from './http-answer.ts';
import { documentFacts, idAt, type Resource, type ResourceName, resourceNames } from './records/resource.ts';
import { encodeRow, type Fields, fieldsOf, jsonOf, type Row, type RowFacts, rawRow, withFacts } from './records/row.ts';
import { resources } from './records/sample.ts';
import { parseStamp, stampOf } from './stamps.ts';

const maxRecords = 100_000;

/** The name of a resource in a control body. */
export const resourceSchema = z.enum(resourceNames);

const idSchema = z
  .string()
  .min(1)
  .refine((id) => Buffer.from(id).toString() === id, 'is not well-formed text');
const countSchema = z.number().int().min(1).max(maxRecords);
const stampSchema = z
  .string()
  .refine((text) => parseStamp(text) !== undefined, 'is no UTC stamp')
  .transform((text) => stampOf(parseStamp(text) ?? 0));
const fieldsSchema = z.record(z.string(), z.unknown());
const chosen = {
  resource: resourceSchema,
  id: idSchema.optional(),
  ids: z.array(idSchema).max(maxRecords).optional(),
  count: countSchema.optional(),
};
const changeSchema = z.strictObject({
  ...chosen,
  fields: fieldsSchema.optional(),
  touch: z.boolean().default(false),
  silent: z.boolean().default(false),
  at: stampSchema.optional(),
});
const createSchema = z.strictObject({
  resource: resourceSchema,
  id: idSchema.optional(),
  fields: fieldsSchema.default({}),
  at: stampSchema.optional(),
  count: countSchema.default(1),
});
const insertSchema = z.strictObject({
  resource: resourceSchema,
  id: idSchema,
  raw: z.string(),
  createdAt: stampSchema.optional(),
  changedAt: stampSchema.nullable().optional(),
  documentDate: z.iso.date().nullable().default(null),
  open: z.boolean().default(true),
});
const deleteSchema = z.strictObject({ ...chosen, feed: z.boolean().default(true) });

/** The records a control write touched and the stamp they share. */
export interface WriteResult {
  readonly ids: string[];
  readonly stamp: string;
}

/** `POST /control/change`: one transaction over the chosen records. */
export function changeRecords(erp: Erp, body: unknown): WriteResult {
  const change = parseBody(changeSchema, body);
  const resource = resources[change.resource];
  const stamp = change.at ?? stampOf(erp.now());
  const ids = chooseIds(erp.database, change);
  erp.database.held.settleRecords(change.resource, ids);
  const rows = ids.map((id) => {
    const row = requireRow(erp.database, { name: change.resource, id });
    const facts = change.silent
      ? row
      : { ...row, version: row.version + 1, changedAt: resource.stamped ? stamp : null };
    if (change.touch) return withFacts(row, { stamped: resource.stamped, facts });
    return mergedRow(row, { resource, facts, fields: change.fields ?? usualChange(resource, row.version + 1) });
  });
  commit(erp, { name: change.resource, rows });
  return { ids, stamp };
}

/** `POST /control/create`: new records from the generator, with the caller's fields over it. */
export function createRecords(erp: Erp, body: unknown): WriteResult {
  const creation = parseBody(createSchema, body);
  const { database } = erp;
  const resource = resources[creation.resource];
  const stamp = creation.at ?? stampOf(erp.now());
  if (creation.id !== undefined && creation.count > 1) {
    throw new Refusal(400, { code: 'bad_body', message: 'An id can be given for one record only.' });
  }
  const rows = Array.from({ length: creation.count }, () => {
    const index = freeIndex(database, resource);
    const sample = resource.sample(database.plan, index);
    const id = creation.id ?? sample.id;
    const changedAt = resource.stamped && creation.resource !== 'suppliers' ? stamp : null;
    const facts = { ...sample, id, version: 1, createdAt: stamp, changedAt };
    return mergedRow(sample, { resource, facts, fields: { ...documentDated(resource, stamp), ...creation.fields } });
  });
  const ids = rows.map((row) => row.id);
  erp.database.held.settleRecords(creation.resource, ids);
  commit(erp, { name: creation.resource, rows });
  return { ids, stamp };
}

/** `POST /control/insert`: a record whose text is served as given. */
export function insertRecord(erp: Erp, body: unknown): { ids: string[] } {
  const { resource, raw, createdAt, changedAt, ...rest } = parseBody(insertSchema, body);
  const now = stampOf(erp.now());
  const version = (erp.database.table(resource).get(rest.id)?.version ?? 0) + 1;
  const stamped = resources[resource].stamped ? (changedAt === undefined ? now : changedAt) : null;
  const row = rawRow({ ...rest, version, createdAt: createdAt ?? now, changedAt: stamped }, raw);
  erp.database.write(resource, [row], { visibleAt: null });
  return { ids: [rest.id] };
}

/** `POST /control/delete`: hard deletes, with or without entries in the delete feed. */
export function deleteRecords(erp: Erp, body: unknown): WriteResult {
  const deletion = parseBody(deleteSchema, body);
  const at = erp.now();
  const ids = chooseIds(erp.database, deletion);
  return { ids: erp.database.remove(deletion.resource, ids, { at, feed: deletion.feed }), stamp: stampOf(at) };
}

function commit(erp: Erp, write: { name: ResourceName; rows: Row[] }): void {
  const holdMs = erp.faults.takeHoldMs();
  const visibleAt = holdMs === null ? null : erp.clock.now() + holdMs * 1000;
  erp.database.write(write.name, write.rows, { visibleAt });
}

function mergedRow(row: Row, options: { resource: Resource; facts: RowFacts; fields: Fields }): Row {
  const { resource, facts } = options;
  const fields = { ...readFields(row), ...options.fields };
  const documented = { ...facts, ...documentFacts(resource, fields) };
  if (row.headBytes === 0) return rawRow(documented, jsonOf(fields));
  return encodeRow(documented, { stamped: resource.stamped, fields });
}

function readFields(row: Row): Fields {
  try {
    return fieldsOf(row);
  } catch (error) {
    const message = `Record ${row.id} was inserted as raw text that cannot be merged (${String(error)}); insert it anew.`;
    throw new Refusal(400, { code: 'bad_body', message });
  }
}

function usualChange(resource: Resource, version: number): Fields {
  return resource.stamped ? { Remarks: `Change ${version}` } : { QuantityOnHand: 1000 + version };
}

function documentDated(resource: Resource, stamp: string): Fields {
  if (resource.document === null) return {};
  const { dateField, dateForm } = resource.document;
  return { [dateField]: dateForm === 'date' ? stamp.slice(0, 10) : stamp };
}

function freeIndex(database: Database, resource: Resource): number {
  let index = database.nextIndex(resource.name);
  while (database.table(resource.name).get(idAt(resource, index)) !== undefined)
    index = database.nextIndex(resource.name);
  return index;
}

function requireRow(database: Database, options: { name: ResourceName; id: string }): Row {
  const row = database.table(options.name).get(options.id);
  if (row !== undefined) return row;
  throw new Refusal(404, { code: 'record_not_found', message: `${options.name} has no record ${options.id}.` });
}

function chooseIds(
  database: Database,
  choice: { resource: ResourceName; id?: string | undefined; ids?: string[] | undefined; count?: number | undefined },
): string[] {
  const named = choice.ids ?? (choice.id === undefined ? [] : [choice.id]);
  return [
    ...new Set([...named, ...(choice.count === undefined ? [] : database.nextIds(choice.resource, choice.count))]),
  ];
}
