import type { Json, JsonObject } from '../../model/json.ts';
import type { Entity } from '../../model/entities/registry.ts';
import type { EntityDeclaration, FetchRequest, PageRequest, RemotePage } from '../connector.ts';

/** Tryton's search language: clauses `[field, operator, value]` and lists of them, joined by AND, or OR where one begins so. */
export type Domain = Json[];

export interface SearchRead {
  readonly model: string;
  readonly domain: Domain;
  /** Names, dotted through references (`currency.code`): those come as objects under `currency.`, with the dot. */
  readonly fields: readonly string[];
  readonly limit: number;
  /** Added to the user's own context. */
  readonly context?: JsonObject;
  readonly signal: AbortSignal;
}

export interface FoundRecords {
  readonly records: readonly JsonObject[];
  /** Decoded size of the answer. */
  readonly bytes: number;
}

/** What a logged-in session offers to the entities. */
export interface TrytonCalls {
  /** Records by ascending id, read in the same transaction that searched them. */
  searchRead(query: SearchRead): Promise<FoundRecords>;
  /** Those of the fields that the server's activated modules bring and that the user may see. Asked once per session. */
  presentFields(model: string, names: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>>;
}

/** How the records of an entity are got. */
export interface RecordSource {
  /** Every model that is read, the entity's own first. */
  readonly models: readonly string[];
  readPage(calls: TrytonCalls, request: PageRequest): Promise<RemotePage>;
  fetchRecords(calls: TrytonCalls, request: FetchRequest): Promise<readonly Json[]>;
}

/** All that makes an entity of Tryton. A write side would stand beside `source`. */
export interface TrytonEntity<E extends Entity = Entity> {
  readonly declaration: EntityDeclaration<E>;
  readonly source: RecordSource;
  /** The module that brings it, and the user group that may read it; null where any user may. */
  readonly module: string;
  readonly group: string | null;
}

export type TrytonEntities = { readonly [E in Entity]?: TrytonEntity<E> };

/** A remote id that is one of Tryton's own; null for any other text, which then names no record. */
export function toRecordId(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}
