import { expect, test } from 'vitest';
import type { Connector } from '../../../connectors/connector.ts';
import { type Entity, entityRegistry } from '../../../model/entities/registry.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { declarationOf, type Fixture, fixturesOf } from './connector-files.ts';

/** The examples of an entity are read as they say, and reading is pure. */
export function testFixtures(connector: Connector, entity: Entity): void {
  const { identify, toUnified } = declarationOf(connector, entity);
  const { schema } = entityRegistry[entity];

  /** As the store keeps it. */
  function storedText(remote: Json, profile: JsonObject = {}): string {
    return JSON.stringify(schema.parse(toUnified(remote, profile)));
  }

  test.each(fixturesOf(connector, entity))('$case', (fixture: Fixture) => {
    const { remote, profile = {} } = fixture;
    const data = toUnified(remote, profile);
    expect(identify(remote)).toEqual(fixture.identity);
    expect(data).toEqual(fixture.unified);
    expect(schema.safeParse(data).error?.issues ?? []).toEqual([]);
  });

  test('reading a record twice gives the same and leaves it as it was sent', () => {
    for (const { remote, profile } of fixturesOf(connector, entity)) {
      const sent = JSON.stringify(remote);
      freeze(remote);
      expect(storedText(remote, profile)).toBe(storedText(remote, profile));
      expect(identify(remote)).toEqual(identify(remote));
      expect(JSON.stringify(remote)).toBe(sent);
    }
  });

  test('the order of keys in a remote record, in maps of its own fields too, changes nothing', () => {
    for (const { remote, profile } of fixturesOf(connector, entity)) {
      expect(storedText(reverseKeys(remote), profile)).toBe(storedText(remote, profile));
    }
  });

  test('a field that the system adds one day does no harm', () => {
    for (const { remote, profile } of fixturesOf(connector, entity)) {
      if (!isJsonObject(remote)) continue;
      const added = { ...remote, unheard_of: { nested: [1, null] }, constructor: 'x', toString: null };
      expect(identify(added)).toEqual(identify(remote));
      expect(JSON.parse(storedText(added, profile))).toMatchObject(JSON.parse(storedText(remote, profile)) as object);
    }
  });
}

/** Any write to it then throws. */
function freeze(value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

function reverseKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reverseKeys(inner)]),
  );
}
