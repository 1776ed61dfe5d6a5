import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Connector } from '../../../connectors/connector.ts';
import { instant, shiftInstant } from '../../../model/instants.ts';
import { isJsonObject } from '../../../model/json.ts';
import { declarationOf, declaredEntities, fixturesOf } from './connector-files.ts';

const tenYearsMs = 10 * 365 * 86_400_000;

/** The stamps of a connector sort as text like their instants, and move as these do. */
export function testStamps(connector: Connector): void {
  const { stamps } = connector;
  const examples = stampsIn(connector);
  const stepMs = coarsestStepMs(connector);
  const shifts = fc.integer({ min: -Math.floor(tenYearsMs / stepMs), max: Math.floor(tenYearsMs / stepMs) });

  test('fixtures hold stamps, where an entity declares what changed', () => {
    const declaresChanged = declaredEntities(connector).some((entity) => declarationOf(connector, entity).changed);
    expect(examples.length > 0).toBe(declaresChanged);
  });

  test.each(examples)('%s stands for a UTC instant, and moves as its instant does', (stamp) => {
    expect(instant.safeParse(stamps.toInstant(stamp)).success).toBe(true);
    expect(stamps.shift(stamp, 0)).toBe(stamp);
    fc.assert(
      fc.property(shifts, (steps) => {
        const moved = stamps.shift(stamp, steps * stepMs);
        expect(stamps.toInstant(moved)).toBe(shiftInstant(stamps.toInstant(stamp), steps * stepMs));
        expect(stamps.shift(moved, -steps * stepMs)).toBe(stamp);
      }),
    );
  });

  test.each(examples)('what lies around %s sorts by bytes as it does in time', (stamp) => {
    fc.assert(
      fc.property(shifts, shifts, (left, right) => {
        const byBytes = compareBytes(stamps.shift(stamp, left * stepMs), stamps.shift(stamp, right * stepMs));
        expect(byBytes).toBe(Math.sign(left - right));
      }),
    );
  });

  test.each(['', 'yesterday', '2026-13-45', 'x'.repeat(10_000)])('%j is no stamp', (text) => {
    expect(() => stamps.toInstant(text)).toThrowError(expect.objectContaining({ code: 'bad_response' }));
    expect(() => stamps.shift(text, 1_000)).toThrowError(expect.objectContaining({ code: 'bad_response' }));
  });
}

/** As the fixtures give them: a bad fixture must not keep the suite from loading. */
function stampsIn(connector: Connector): string[] {
  const identities = declaredEntities(connector).flatMap((entity) =>
    fixturesOf(connector, entity).map(({ identity }) => identity),
  );
  const stamps = identities.map((identity) => (isJsonObject(identity) ? identity['stamp'] : null));
  return [...new Set(stamps.filter((stamp) => typeof stamp === 'string'))];
}

/** Stamps of whole seconds cannot move by less than one. */
function coarsestStepMs(connector: Connector): number {
  const steps = declaredEntities(connector).map(
    (entity) => declarationOf(connector, entity).changed?.granularityMs ?? 1,
  );
  return Math.max(1, ...steps.map(Math.ceil));
}

function compareBytes(left: string, right: string): number {
  return Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));
}
