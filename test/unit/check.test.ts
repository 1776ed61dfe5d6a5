import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PartResult } from '../../scripts/check/part-result.ts';
import { checkParts, type PartName } from '../../scripts/check/parts.ts';
import { type CheckFixture, checkFixture, type Files } from '../support/check-fixture.ts';
import { lines, plants } from '../support/check-plants.ts';

describe.each(Object.keys(plants) as PartName[])('the part %s', (part) => {
  let good: CheckFixture;
  let bad: CheckFixture;
  let result: PartResult;

  beforeAll(async () => {
    good = await checkFixture({});
    bad = await checkFixture(Object.assign({}, ...plants[part].map((plant) => plant.files)));
    result = await checkParts[part](bad.root);
  });
  afterAll(() => Promise.all([good.remove(), bad.remove()]));

  test('passes a tree without violations', async () => {
    expect(await checkParts[part](good.root)).toMatchObject({ ok: true });
  });

  test.each(plants[part])('refuses $title', ({ finds }) => {
    expect(result.output).toMatch(finds);
    expect(result.ok).toBe(false);
  });
});

describe('a tree of its own', () => {
  const fixtures: CheckFixture[] = [];
  const planted = async (files: Files) => {
    const fixture = await checkFixture(files);
    fixtures.push(fixture);
    return fixture.root;
  };
  afterAll(() => Promise.all(fixtures.map((fixture) => fixture.remove())));

  test('with a file over 300 lines is warned of and passes', async () => {
    const result = await checkParts.sizes(await planted({ 'scripts/tall.ts': lines(301) }));

    expect(result).toMatchObject({ ok: true, output: expect.stringContaining('scripts/tall.ts: 301 lines') });
  });

  test('of which dependency-cruiser sees no module fails the part imports', async () => {
    const blind = `module.exports = { forbidden: [], options: { exclude: { path: '.' } } };\n`;
    const result = await checkParts.imports(await planted({ '.dependency-cruiser.cjs': blind }));

    expect(result).toMatchObject({ ok: false, note: '0 of 12 files seen, 0 imports' });
  });
});
