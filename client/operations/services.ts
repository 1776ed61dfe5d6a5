import type { TemporalEngine } from '../../engine/engine.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Database } from '../../store/database.ts';

/** What every use case takes as its first argument: who calls puts it together. */
export interface Services {
  readonly database: Database;
  readonly engine: TemporalEngine;
  /** Needed only where credentials are given or used. */
  readonly secretBox?: SecretBox;
}

/** Encrypts secrets for rest; `owner` is the id of the connection that they belong to. */
export interface SecretBox {
  seal(secret: object, owner: string): JsonObject;
  open(sealed: JsonObject, owner: string): object;
}
