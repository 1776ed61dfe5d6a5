import { expect, test } from 'vitest';
import type { Connector, EntityDeclaration } from '../../../connectors/connector.ts';
import { type Entity, entityRegistry } from '../../../model/entities/registry.ts';
import { FlowsError } from '../../../model/errors/flows-error.ts';
import { instant } from '../../../model/instants.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../model/json.ts';
import { declarationOf, fixturesOf } from './connector-files.ts';

const depthMax = 4;
const messageLengthMax = 1_000;

/**
 * A record with a wrong value in any place is read, or refused with `mapping_failed` (the engine then sets it aside);
 * anything else would stop the stream.
 */
export function testHostileRecords(connector: Connector, entity: Entity): void {
  const declaration = declarationOf(connector, entity);
  const context: Context = { connector, entity, declaration };

  test('a wrong value in any field is read or refused as mapping_failed', () => {
    const found: string[] = [];
    for (const { remote, profile = {} } of fixturesOf(connector, entity)) {
      for (const { raw, change } of variantsOf(remote)) {
        const problem = problemOf(raw, profile, context);
        if (problem !== null) found.push(`${change}: ${problem}`);
      }
    }
    expect(found).toEqual([]);
  });

  test.each<[Json]>([[null], [true], [5], ['text'], [[]], [{}], [[[]]], [{ id: null }]])('%j is no record', (raw) => {
    expect(() => declaration.identify(raw)).toThrowError(expect.objectContaining({ code: 'mapping_failed' }));
    expect(problemOf(raw, {}, context)).toBeNull();
  });
}

interface Context {
  readonly connector: Connector;
  readonly entity: Entity;
  readonly declaration: EntityDeclaration;
}

/** What is wrong with how a record is read; null when it is read well or refused well. */
function problemOf(raw: Json, profile: JsonObject, context: Context): string | null {
  return identifyProblem(raw, context) ?? unifiedProblem(raw, profile, context);
}

function identifyProblem(raw: Json, { connector, declaration }: Context): string | null {
  try {
    const { remoteId, stamp, createdAt, version } = declaration.identify(raw);
    if (typeof remoteId !== 'string' || remoteId === '' || /\p{Cc}/u.test(remoteId)) return 'the id is unusable';
    if (stamp !== null) connector.stamps.toInstant(stamp);
    if (createdAt !== null && createdAt !== undefined && !instant.safeParse(createdAt).success)
      return 'createdAt is none';
    return version === null || version === undefined || typeof version === 'string' ? null : 'version is no text';
  } catch (error) {
    return refusalProblem('identify', error);
  }
}

function unifiedProblem(raw: Json, profile: JsonObject, { entity, declaration }: Context): string | null {
  try {
    // What the schema refuses the engine sets aside as mapping_failed; here it only must not break.
    entityRegistry[entity].schema.safeParse(declaration.toUnified(raw, profile));
    return null;
  } catch (error) {
    return refusalProblem('toUnified', error);
  }
}

function refusalProblem(name: string, error: unknown): string | null {
  if (!(error instanceof FlowsError)) return `${name} threw ${String(error)}`;
  if (error.code !== 'mapping_failed') return `${name} threw ${error.code}: ${error.message}`;
  if (error.message.length > messageLengthMax) return `${name} quoted the record in its message`;
  return error.problems.length > 0 ? null : `${name} named no path: ${error.message}`;
}

const wrongValues: readonly Json[] = [
  ...[null, true, false, 0, -1, 1.5, 1e21, 1e-9],
  ...[
    '',
    ' ',
    'planted',
    '\u0000',
    '\ud800',
    '2026-02-30',
    '9999-99-99T99:99:99.999999Z',
    '9'.repeat(200),
    'x'.repeat(5_000),
  ],
  ...[[], [null], [[]], ['x'], [{}], {}, { planted: [null] }, nested(60)],
];

/** The record with each field, down to some depth, replaced by each wrong value, and left out. */
function* variantsOf(remote: Json, path = ''): Generator<{ raw: Json; change: string }> {
  if (path.split('/').length > depthMax || typeof remote !== 'object' || remote === null) return;
  for (const key of Object.keys(remote)) {
    const inner: Json = (remote as JsonObject)[key] ?? null;
    const place = `${path}/${key}`;
    for (const value of wrongValues) {
      yield { raw: replaced(remote, key, value), change: `${place} = ${JSON.stringify(value).slice(0, 60)}` };
    }
    if (isJsonObject(remote)) {
      const { [key]: _left, ...rest } = remote;
      yield { raw: rest, change: `without ${place}` };
    }
    for (const { raw, change } of variantsOf(inner, place)) yield { raw: replaced(remote, key, raw), change };
  }
}

function replaced(container: Json[] | JsonObject, key: string, value: Json): Json {
  return Array.isArray(container) ? container.with(Number(key), value) : { ...container, [key]: value };
}

function nested(depth: number): Json {
  return depth === 0 ? null : { inner: nested(depth - 1) };
}
