import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector, EntityDeclaration } from '../../../connectors/connector.ts';
import { parseJson } from '../../../connectors/http/json.ts';
import { type Entity, entities } from '../../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../../model/json.ts';

/** One example; a file in `connectors/<system>/fixtures/` is a list of them. */
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

/** The entity that a fixture file is about: `purchase-order.json`, or with a version `purchase-order-8.0.json`. */
export function entityOfFixtures(name: string): Entity | undefined {
  const [, stem = ''] = /^([a-z]+(?:-[a-z]+)*)(?:-\d[\w.]*)?\.json$/.exec(name) ?? [];
  return entities.find((entity) => entity.replaceAll('_', '-') === stem);
}

/** The names of all fixture files of a connector. */
export function fixtureFiles(connector: Connector): string[] {
  const folder = join(folderOf(connector), 'fixtures');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
}

/** All examples of an entity, read as from the wire, so that long numbers are what they are there. */
export function fixturesOf(connector: Connector, entity: Entity): Fixture[] {
  const names = fixtureFiles(connector).filter((name) => entityOfFixtures(name) === entity);
  return names.flatMap((name) => {
    const text = readFileSync(join(folderOf(connector), 'fixtures', name), 'utf8');
    return parseJson(text) as unknown as Fixture[];
  });
}
