import type { EntityDeclaration, RecordIdentity, StampFormat } from '../../connectors/connector.ts';
import { type Entity, entityRegistry } from '../../model/entities/registry.ts';
import { encodeUnified } from '../../model/encode.ts';
import { FlowsError, type Problem } from '../../model/errors/flows-error.ts';
import { recordId, sha256 } from '../../model/ids.ts';
import { isInstant } from '../../model/instants.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { incomingRow } from '../../store/incoming.ts';
import type { QuarantinedRecord } from '../../store/quarantine.ts';
import { toStoredJson } from '../../store/stored-text.ts';

/** What a page is understood with: the same for all pages of a run. */
export interface TransformContext {
  readonly entity: Entity;
  readonly lineageId: string;
  readonly declaration: EntityDeclaration;
  readonly stamps: StampFormat;
  readonly profile: JsonObject;
}

export interface TransformedPage {
  /** COPY text of the good records. */
  readonly rows: string;
  readonly ids: readonly string[];
  readonly quarantined: readonly QuarantinedRecord[];
  readonly stampMax: string | null;
}

const remoteIdLengthMax = 500;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f]/;
const problemsMax = 50;

/** Remote records as rows for the store; a bad one is set aside with its reason and does not stop the page. Pure. */
export function transformPage(items: readonly Json[], fetchNumber: number, context: TransformContext): TransformedPage {
  const rows: string[] = [];
  const ids: string[] = [];
  const quarantined: QuarantinedRecord[] = [];
  let stampMax: string | null = null;
  for (const raw of items) {
    let identity: RecordIdentity | null = null;
    try {
      identity = identify(raw, context);
      const id = recordId(context.lineageId, context.entity, identity.remoteId);
      rows.push(rowOf({ id, identity, raw, fetchNumber }, context));
      ids.push(id);
      if (identity.stamp !== null && (stampMax === null || identity.stamp > stampMax)) stampMax = identity.stamp;
    } catch (error) {
      quarantined.push(quarantinedRecord({ error, identity, raw, fetchNumber }, context));
    }
  }
  return { rows: rows.join(''), ids, quarantined, stampMax };
}

/**
 * Which of the record ids that were asked for a page does not hold. A quarantined record is there; while one has no id that
 * could be read, it may be any of them, so none is missing.
 */
export function missingOf({ ids, quarantined }: Pick<TransformedPage, 'ids' | 'quarantined'>) {
  const present = new Set<string | null>([...ids, ...quarantined.map(({ recordId: id }) => id)]);
  return (asked: readonly string[]) => (present.has(null) ? [] : asked.filter((id) => !present.has(id)));
}

interface RowFacts {
  readonly id: string;
  readonly identity: RecordIdentity;
  readonly raw: Json;
  readonly fetchNumber: number;
}

function rowOf({ id, identity, raw, fetchNumber }: RowFacts, context: TransformContext): string {
  const unified = context.declaration.toUnified(raw, context.profile);
  const data = toStoredJson(encodeUnified(context.entity, unified) ?? refuse(context.entity, unified));
  const rawText = toStoredJson(JSON.stringify(raw));
  return incomingRow({
    id,
    remoteId: identity.remoteId,
    stamp: identity.stamp,
    version: identity.version ?? null,
    createdAt: storableInstant(identity.createdAt ?? null),
    updatedAt: storableInstant(identity.stamp === null ? null : context.stamps.toInstant(identity.stamp)),
    deleted: identity.deleted ?? false,
    contentHash: sha256(data),
    rawHash: sha256(rawText),
    fetchNumber,
    data,
    raw: rawText,
  });
}

function identify(raw: Json, { declaration }: TransformContext): RecordIdentity {
  const identity = declaration.identify(raw);
  for (const text of [identity.remoteId, identity.stamp, identity.version, identity.createdAt]) {
    if (text && controlCharacter.test(text)) throw identityError('holds a control character');
  }
  if (identity.remoteId === '') throw identityError('is empty');
  if (identity.remoteId.length > remoteIdLengthMax)
    throw identityError(`is longer than ${remoteIdLengthMax} characters`);
  return identity;
}

/** Postgres refuses a day that there is not, and with it the whole batch; so it is refused here, record by record. */
function storableInstant(text: string | null): string | null {
  if (text === null || isInstant(text)) return text;
  throw new FlowsError(
    'mapping_failed',
    `The record cannot be stored: it was made or changed at ${JSON.stringify(text.slice(0, 64))}, and there is no such instant. Correct it in the system.`,
  );
}

function identityError(what: string): FlowsError {
  return new FlowsError('mapping_failed', `The record cannot be stored: its id, stamp or version ${what}.`);
}

/** Says what is wrong with data that the schema does not admit. */
function refuse(entity: Entity, unified: unknown): never {
  const { error } = entityRegistry[entity].schema.safeParse(unified);
  const problems: Problem[] = (error?.issues ?? []).slice(0, problemsMax).map((issue) => ({
    path: issue.path.map((key) => `/${String(key)}`).join(''),
    message: issue.message,
  }));
  const first = problems[0] ? ` ${problems[0].path}: ${problems[0].message}` : '';
  throw new FlowsError('mapping_failed', `The record is no valid ${entity}:${first}`, { problems });
}

interface QuarantineFacts {
  readonly error: unknown;
  readonly identity: RecordIdentity | null;
  readonly raw: Json;
  readonly fetchNumber: number;
}

function quarantinedRecord(
  { error, identity, raw, fetchNumber }: QuarantineFacts,
  context: TransformContext,
): QuarantinedRecord {
  const rawText = toStoredJson(JSON.stringify(raw));
  const remoteId = identity?.remoteId ?? null;
  const known = error instanceof FlowsError;
  return {
    remoteId,
    recordId: remoteId === null ? null : recordId(context.lineageId, context.entity, remoteId),
    raw: rawText,
    rawHash: sha256(rawText),
    code: known ? error.code : 'mapping_failed',
    message: known
      ? error.message
      : `The connector could not read the record: ${error instanceof Error ? error.message : String(error)}`,
    problems: known ? error.problems : [],
    fetchNumber,
  };
}
