import type { z } from 'zod';
import type { Entity, UnifiedData } from '../model/entities/registry.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { TransportSettings } from './http/transport-settings.ts';

/**
 * The port: what a connector is to the engine. A connector only translates: it knows a system's wire format and nothing
 * of Temporal, the store or other connectors. Everything special about a system is declared here as data or is a pure
 * function; what does I/O hangs on a `Session`. Errors thrown are `FlowsError`s of the taxonomy, mapped in the
 * connector's own `errors.ts` from bodies, not only from statuses.
 */
export interface Connector {
  /** The kind of remote software, lower kebab case, e.g. `sap-s4hana`. */
  readonly system: string;
  readonly title: string;
  /** What a user gives to connect, without secrets; extends `transportSettings`. Unknown keys are refused. */
  readonly settings: z.ZodType<TransportSettings>;
  /** The secrets; stored encrypted, never logged. */
  readonly credentials: z.ZodType<object>;
  readonly stamps: StampFormat;
  /** The entities that the system has; a missing one answers `unsupported`. */
  readonly entities: EntityDeclarations;
  /** Opens a session. No I/O happens before the first call on it. */
  open(connection: OpenConnection): Session;
}

export type EntityDeclarations = { readonly [E in Entity]?: EntityDeclaration<E> };

/**
 * How records of one entity are read and understood. `order` says what a page's position rests on:
 * - `stamp_id`: sorted by (stamp, remote id), positions stay valid while rows change; the watermark may move with each commit;
 * - `id`: sorted by an immutable id; the watermark moves only at the end of a complete pass;
 * - `continuation`: the server's own link under a closed top bound; the watermark moves as with `id`.
 */
export interface EntityDeclaration<E extends Entity = Entity> {
  readonly snapshot: { readonly order: 'id' | 'continuation' };
  /** Records per page where the connection's settings do not say; 1,000 where this is absent. */
  readonly pageSize?: number;
  /** Null where the system cannot say what changed: an incremental sync is then a snapshot compared by hash. */
  readonly changed: ChangedSince | null;
  /** How a hard delete shows: a delete feed, a flag on the record, or only its absence from a whole scan. */
  readonly deletes: 'feed' | 'flag' | 'scan';
  /**
   * Who and when a remote record is. Pure. `raw` is one element of a page, not yet checked: throws `mapping_failed` when
   * it has no usable id.
   */
  identify(raw: Json): RecordIdentity;
  /**
   * The unified data of a remote record. Pure: no clock, no I/O, no names looked up elsewhere. Throws `mapping_failed`
   * with the paths of what it cannot read. The engine validates the result against the entity's schema.
   */
  toUnified(raw: Json, profile: JsonObject): UnifiedData<E>;
}

export interface ChangedSince {
  readonly order: 'stamp_id' | 'id' | 'continuation';
  /** How far back of the watermark each run starts: longer than the slowest commit. At least twice the granularity. */
  readonly overlapMs: number;
  /** The step of the source's stamps: 0.001 for microseconds, 1000 for whole seconds. */
  readonly granularityMs: number;
}

/** Who and when a remote record is, as far as its raw form says. */
export interface RecordIdentity {
  /** The system's own id, as text. It never holds control characters. */
  readonly remoteId: string;
  /** When it was last changed: the source's own value, see `StampFormat`. Null where the entity has none. */
  readonly stamp: string | null;
  /** UTC instant with six digits. */
  readonly createdAt?: string | null;
  /** An etag, lock version or the like; opaque. */
  readonly version?: string | null;
  /** True when the record's own flag says that it is deleted. */
  readonly deleted?: boolean;
}

/**
 * Stamps are kept as the source's own text, in a form whose byte order is its order in time (fixed width, UTC). They are
 * never compared with our clock.
 */
export interface StampFormat {
  /** The UTC instant with six digits that a stamp stands for. Throws `bad_response` for what is no stamp. */
  toInstant(stamp: string): string;
  /** The stamp that lies `shiftMs` later, or earlier when negative. */
  shift(stamp: string, shiftMs: number): string;
}

/** What a connector is opened with. */
export interface OpenConnection {
  readonly settings: object;
  readonly credentials: object;
  /** What `check` found at connect time, e.g. a company id; empty before that. */
  readonly profile: JsonObject;
}

/**
 * One logged-in conversation with a system, used by one caller at a time or several: a session logs in when needed,
 * once for all waiting callers, and again when the system says that the login has expired (at most once per call).
 * No retries but that one: the engine decides about them.
 */
export interface Session {
  /** Logs in, reads who and what answers, and tries each entity. Throws what prevents the whole. */
  check(signal: AbortSignal): Promise<ConnectionCheck>;
  /** The source's clock as a stamp, asked for now; null where it has none. */
  now(signal: AbortSignal): Promise<string | null>;
  readPage(request: PageRequest): Promise<RemotePage>;
  /** The records with these remote ids, as they are now; what no longer exists is left out. At most `fetchRecordsMax` ids. */
  fetchRecords(request: FetchRequest): Promise<readonly Json[]>;
  /** The delete feed, for entities that declare `deletes: 'feed'`. */
  readDeletions?(request: DeletionsRequest): Promise<DeletionsPage>;
  /** Frees sockets. The session is not used afterwards. */
  close(): Promise<void>;
}

/** The most ids that one `fetchRecords` call may carry. */
export const fetchRecordsMax = 100;

export interface ConnectionCheck {
  /** Names the account behind the credentials (host, database, company): other credentials must give the same one. */
  readonly fingerprint: string;
  readonly systemVersion: string;
  /** Facts that later calls and `toUnified` need. No secrets. */
  readonly profile: JsonObject;
  readonly entities: { readonly [E in Entity]?: EntityCheck };
}

export type EntityCheck =
  | { readonly readable: true }
  | { readonly readable: false; readonly message: string; readonly hint: string };

/** Which records a pass over an entity takes. */
export type Selection =
  /** All of them; with `documentsFrom` (a date) only documents of that day or later, or of any age while still open. */
  | { readonly kind: 'snapshot'; readonly documentsFrom: string | null }
  /** What was created or changed at `since` (a stamp, inclusive) or later. */
  | { readonly kind: 'changed'; readonly since: string };

export interface PageRequest {
  readonly entity: Entity;
  readonly selection: Selection;
  /** Null for the first page, else `next` of the page before, perhaps stored and given to another process. */
  readonly checkpoint: Json | null;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

export interface RemotePage {
  /** The records as the system sent them, in the declared order; numbers that a double would round are texts. */
  readonly items: readonly Json[];
  /** Where the next page starts; null only on the source's own sign that there is none. */
  readonly next: Json | null;
  /** Decoded size of what was received. */
  readonly bytes: number;
}

export interface FetchRequest {
  readonly entity: Entity;
  readonly remoteIds: readonly string[];
  readonly signal: AbortSignal;
}

export interface DeletionsRequest {
  readonly entity: Entity;
  /** A stamp, inclusive. */
  readonly since: string;
  readonly checkpoint: Json | null;
  readonly signal: AbortSignal;
}

export interface DeletionsPage {
  readonly deletions: readonly { readonly remoteId: string; readonly stamp: string }[];
  readonly next: Json | null;
}
