import type { Entity } from '../../../model/entities/registry.ts';
import type { ErrorCode } from '../../../model/errors/codes.ts';
import type { Json } from '../../../model/json.ts';

/**
 * What part 2 needs of a system, given by `test/contract/harnesses/<system>.ts` as `harness`: the real software, or where
 * it cannot be had a server that keeps to its wire format.
 */
export interface SystemHarness {
  /** How long the first start may take, installation included. */
  readonly startTimeoutMs: number;
  /** Entities whose records cannot be deleted, each with the reason; all others are deleted in a test. */
  readonly undeletable: { readonly [E in Entity]?: string };
  /** The reason, where the system has no logins that end, e.g. a token that goes with every request. */
  readonly loginsDoNotExpire?: string;
  /** Starts it with some records of each declared entity: more than 7 of each, so that passes have several pages. */
  start(): Promise<RunningSystem>;
}

export interface RunningSystem {
  /** As a user gives them. `url` must be plain HTTP: the suite puts a proxy in front of it. */
  readonly settings: { readonly url: string; readonly [key: string]: Json };
  /** Of a user who may read every declared entity. */
  readonly credentials: object;
  /** Of the same form, and refused. */
  readonly wrongCredentials: object;
  /** A well-formed remote id that no record has. */
  missingId(entity: Entity): string;
  /** Makes a record in the system itself, not by the connector; gives its remote id. */
  create(entity: Entity): Promise<string>;
  /** Changes one record in the system itself; gives its remote id. */
  change(entity: Entity): Promise<string>;
  /** Deletes a record that `create` made, for good. */
  remove(entity: Entity, remoteId: string): Promise<void>;
  /** How the system itself refuses, in its own words: they run in this order. */
  readonly refusals: readonly Refusal[];
  stop(): Promise<void>;
}

/** Reading `entity` ends with `code`, after `provoke` and before `relieve`. */
export interface Refusal {
  readonly title: string;
  readonly entity: Entity;
  readonly code: ErrorCode;
  readonly credentials?: object;
  readonly settings?: { readonly [key: string]: Json };
  provoke?(): Promise<void>;
  relieve?(): Promise<void>;
}
