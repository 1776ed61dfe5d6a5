import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingOf, type TransformContext, transformPage } from '../../activities/sync/transform-page.ts';
import type { EntityDeclaration } from '../../connectors/connector.ts';
import { isoStamps } from '../../connectors/http/stamps.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { recordId } from '../../model/ids.ts';
import type { Json, JsonObject } from '../../model/json.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

const stamp = '2026-11-01T00:00:00.000000Z';
const declaration: EntityDeclaration = {
  snapshot: { order: 'id' },
  changed: null,
  deletes: 'scan',
  identify(raw) {
    const { id, at = null, made = null } = raw as JsonObject;
    if (typeof id !== 'string') throw new FlowsError('mapping_failed', 'no id');
    return { remoteId: id, stamp: at as string | null, createdAt: made as string | null };
  },
  toUnified: (raw) => ({ name: 'x', status: 'active', ...((raw as JsonObject)['data'] as object) }),
};
const context: TransformContext = {
  entity: 'vendor',
  lineageId: 'line_1',
  declaration,
  stamps: isoStamps,
  profile: {},
};
const transform = (...items: Json[]) => transformPage(items, 7, context);

/** The columns of each row as Postgres reads them. */
const columnsOf = (rows: string) =>
  rows
    .split('\n')
    .slice(0, -1)
    .map((row) => row.split('\x02').map((column) => column.replaceAll('\x01', '')));
const hashOf = (...items: Json[]) => columnsOf(transform(...items).rows).map((columns) => columns[7]);

describe('transformPage', () => {
  it('makes a row of each good record and sets the bad ones aside, in one pass', () => {
    const page = transform({ id: 'A' }, { id: 'B', data: { name: 5 } }, { id: 'C' }, { nothing: true });
    expect(columnsOf(page.rows).map(([id, remoteId]) => [id, remoteId])).toEqual([
      [recordId('line_1', 'vendor', 'A'), 'A'],
      [recordId('line_1', 'vendor', 'C'), 'C'],
    ]);
    expect(page.quarantined).toMatchObject([
      { remoteId: 'B', code: 'mapping_failed', problems: [{ path: '/name' }], fetchNumber: 7 },
      { remoteId: null, recordId: null, code: 'mapping_failed' },
    ]);
  });

  it('gives the latest stamp of the good records', () => {
    const later = '2026-11-02T00:00:00.000000Z';
    expect(transform({ id: 'A', at: later }, { id: 'B', at: stamp }, { id: 'C' }).stampMax).toBe(later);
    expect(transform({ id: 'A' }).stampMax).toBeNull();
  });

  it.each([
    ['an id with a control character', { id: 'A\u0001' }],
    ['an id with a line break', { id: 'A\n' }],
    ['an empty id', { id: '' }],
    ['an id of 501 characters', { id: 'x'.repeat(501) }],
    ['a stamp with a control character', { id: 'A', at: `${stamp}\u0002` }],
    ['a stamp that is none', { id: 'A', at: 'yesterday' }],
    ['a stamp on a day that there is not', { id: 'A', at: '2026-02-30T00:00:00.000000Z' }],
    ['a creation on a day that there is not', { id: 'A', made: '2025-02-29T00:00:00.000000Z' }],
    ['a creation in the year 0', { id: 'A', made: '0000-01-01T00:00:00.000000Z' }],
  ])('quarantines %s', (_, raw) => {
    const page = transform(raw);
    expect(page.rows).toBe('');
    expect(page.quarantined).toHaveLength(1);
  });

  it('quarantines a record that the connector stumbles over, and names the error', () => {
    const stumbling = { ...declaration, toUnified: () => JSON.parse('{') as never };
    const page = transformPage([{ id: 'A' }], 7, { ...context, declaration: stumbling });
    expect(page.quarantined).toMatchObject([
      { remoteId: 'A', code: 'mapping_failed', message: expect.stringContaining('could not read') },
    ]);
  });

  it('D11 hashes unified data: neither the order of keys nor the raw form nor a stamp changes the hash', () => {
    const [one, two, three] = hashOf(
      { id: 'A', data: { code: '1', custom_fields: { a: 1, b: { x: 1, y: 2 } } } },
      { id: 'A', at: stamp, more: 'raw', data: { custom_fields: { b: { y: 2, x: 1 }, a: 1 }, code: '1' } },
      { id: 'A', data: { code: '2', custom_fields: { a: 1, b: { x: 1, y: 2 } } } },
    );
    expect(two).toBe(one);
    expect(three).not.toBe(one);
  });

  it('never lets one record shift the columns or rows of another, whatever texts it holds', () => {
    const text = fc.string({
      unit: fc.constantFrom('\0', '\x01', '\x02', '\n', '\r', '\\', '"', ',', '\ud800', '\ue000', 'a'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (names) => {
        const page = transform(...names.map((name, index) => ({ id: `R${index}`, data: { name, code: name } })));
        const rows = columnsOf(page.rows);
        expect(rows.length).toBe(names.length);
        for (const [index, columns] of rows.entries()) {
          expect(columns.length).toBe(12);
          expect(columns[1]).toBe(`R${index}`);
          expect(() => JSON.parse(columns[10] ?? '') as unknown).not.toThrow();
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('missingOf', () => {
  const asked = ['A', 'B'].map((id) => recordId('line_1', 'vendor', id));

  it('names what was asked for and did not come; what came in bad form is there', () => {
    expect(missingOf(transform({ id: 'A', data: { name: 5 } }))(asked)).toEqual([asked[1]]);
    expect(missingOf(transform())(asked)).toEqual(asked);
  });

  it('names nothing while a record came whose id cannot be read: it may be any of them', () => {
    expect(missingOf(transform({ id: 'A' }, { id: 5 }))(asked)).toEqual([]);
  });
});
