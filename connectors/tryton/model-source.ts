import { FlowsError } from '../../model/errors/flows-error.ts';
import { type Json, isJsonObject } from '../../model/json.ts';
import type { PageRequest, Selection } from '../connector.ts';
import { type Domain, type RecordSource, toRecordId, type TrytonCalls } from './source.ts';
import { wireInstant } from './values.ts';

export interface ModelDefinition {
  /** Tryton's name, e.g. `purchase.purchase`. */
  readonly model: string;
  /** The models that dotted fields lead to. */
  readonly related: readonly string[];
  /** Read always, besides `create_date` and `write_date`. */
  readonly fields: readonly string[];
  /** Of modules that may not be activated: read where the server has them. */
  readonly optionalFields?: readonly string[];
  /** Fields that lead to records whose change does not move this one's stamp, though it shows in it (measured). */
  readonly parts: readonly string[];
  /** For documents: those of a day (`YYYY-MM-DD`) or later, and all that are open. */
  readonly documentsFrom?: (day: string) => Domain;
  readonly pageSizeMax: number;
}

/**
 * Reads one model by pages of ascending id. The position is the last id, which never changes, so it holds while records
 * change, come and go. The end is an empty page, not a short one.
 */
export function modelSource(definition: ModelDefinition): RecordSource {
  const { model, related } = definition;
  return {
    models: [model, ...related],
    async readPage(calls, request) {
      const present = await presentParts(calls, definition, request.signal);
      const { records, bytes } = await calls.searchRead({
        model,
        domain: [['id', '>', positionOf(request)], ...selectionDomain(request.selection, { definition, present })],
        fields: fieldsToRead(definition, present),
        limit: Math.min(request.pageSize, definition.pageSizeMax),
        signal: request.signal,
      });
      const last = records.at(-1)?.['id'];
      return { items: [...records], next: last === undefined ? null : { after: last }, bytes };
    },
    async fetchRecords(calls, { remoteIds, signal }) {
      const ids = remoteIds.map(toRecordId).filter((id) => id !== null);
      if (ids.length === 0) return [];
      const present = await presentParts(calls, definition, signal);
      const { records } = await calls.searchRead({
        model,
        domain: [['id', 'in', ids]],
        fields: fieldsToRead(definition, present),
        limit: ids.length,
        signal,
      });
      return records;
    },
  };
}

/**
 * What was created or changed at `since` or later, on the record or on one of its parts. A stamp of creation is never
 * later than that of a change, so asking for both needs no care for a `write_date` that is null until the first write.
 */
export function changedDomain(since: string, parts: readonly string[] = []): Domain {
  const stamp = wireInstant(since);
  const clauses = ['', ...parts.map((part) => `${part}.`)].flatMap((prefix) => [
    [`${prefix}write_date`, '>=', stamp],
    [`${prefix}create_date`, '>=', stamp],
  ]);
  return [['OR', ...clauses]];
}

/** The last id of the page before; 0 at the start. Throws `cursor_expired` for what is no position of ours. */
export function positionOf({ entity, checkpoint }: Pick<PageRequest, 'entity' | 'checkpoint'>): number {
  if (checkpoint === null) return 0;
  const after = isJsonObject(checkpoint) ? checkpoint['after'] : undefined;
  if (typeof after === 'number' && Number.isSafeInteger(after)) return after;
  throw unknownPosition(entity, checkpoint);
}

export function unknownPosition(entity: string, checkpoint: Json): FlowsError {
  return new FlowsError(
    'cursor_expired',
    `The position ${JSON.stringify(checkpoint).slice(0, 100)} in ${entity} of Tryton is not known. Start the pass anew.`,
  );
}

function selectionDomain(
  selection: Selection,
  { definition, present }: { definition: ModelDefinition; present: ReadonlySet<string> },
): Domain {
  if (selection.kind === 'changed') {
    const optional = optionalHeads(definition);
    const parts = definition.parts.filter((part) => present.has(part) || !optional.includes(part));
    return changedDomain(selection.since, parts);
  }
  const { documentsFrom } = selection;
  return documentsFrom !== null && definition.documentsFrom ? definition.documentsFrom(documentsFrom) : [];
}

function presentParts(
  calls: TrytonCalls,
  definition: ModelDefinition,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  return calls.presentFields(definition.model, optionalHeads(definition), signal);
}

function optionalHeads({ optionalFields = [] }: ModelDefinition): string[] {
  return [...new Set(optionalFields.map(headOf))];
}

function fieldsToRead({ fields, optionalFields = [] }: ModelDefinition, present: ReadonlySet<string>): string[] {
  const optional = optionalFields.filter((field) => present.has(headOf(field)));
  return ['create_date', 'write_date', ...fields, ...optional];
}

function headOf(field: string): string {
  return field.split('.', 1)[0] ?? field;
}
