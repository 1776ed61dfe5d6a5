import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector, EntityDeclaration } from '../../../connectors/connector.ts';
import { parseJson } from '../../../connectors/http/json.ts';
import { type Entity, entities } from '../../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../../model/json.ts';

/** One example in `connectors/<system>/fixtures/<entity>.json`, which holds a list of them. */
export interface Fixture {
  /** What it shows. */
  readonly case: string;
  /** The record as `readPage` hands it over. */
  readonly remote: Json;
  /** What `check` found, where `toUnified` needs it. */
  readonly profile?: JsonObject;
  /** What `identify` gives. */
  readonly identity: Json;
  /** What `toUnified` gives. */
  readonly unified: Json;
}

export function folderOf(connector: Connector): string {
  return join(import.meta.dirname, '../../../connectors', connector.system);
}

/** The entities that a connector has, in the model's order. */
export function declaredEntities(connector: Connector): Entity[] {
  return entities.filter((entity) => connector.entities[entity] !== undefined);
}

export function firstEntity(connector: Connector): Entity {
  const [entity] = declaredEntities(connector);
  if (!entity) throw new Error(`${connector.system} declares no entity.`);
  return entity;
}

export function declarationOf(connector: Connector, entity: Entity): EntityDeclaration {
  const declaration = connector.entities[entity];
  if (!declaration) throw new Error(`${connector.system} declares no ${entity}.`);
  return declaration as EntityDeclaration;
}

/** File name of an entity's fixtures, e.g. `purchase-order.json`. */
export function fixtureFileOf(entity: Entity): string {
  return `${entity.replaceAll('_', '-')}.json`;
}

export function fixtureFiles(connector: Connector): string[] {
  const folder = join(folderOf(connector), 'fixtures');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
}

/** Read as from the wire, so that long numbers are what they are there; empty where the file is missing. */
export function fixturesOf(connector: Connector, entity: Entity): Fixture[] {
  const file = join(folderOf(connector), 'fixtures', fixtureFileOf(entity));
  return existsSync(file) ? (parseJson(readFileSync(file, 'utf8')) as unknown as Fixture[]) : [];
}
