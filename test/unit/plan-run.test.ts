import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWatermark, originOf, planRun, type RunFacts, selectionOf } from '../../activities/sync/plan-run.ts';
import { isoStamps } from '../../connectors/http/stamps.ts';
import { connectors } from '../../connectors/registry.ts';
import type { StreamRow } from '../../store/streams.ts';

/** Fixed; a failure names it again, with the path to the smallest case. */
const seed = 20_261_101;

const stampAt = (second: number) => isoStamps.shift('2026-11-01T00:00:00.000000Z', second * 1_000);
const stamp = fc.integer({ min: 0, max: 100_000 }).map(stampAt);
const overlapMs = 300_000;

const neverRun = { initial_completed_at: null, run_kind: null, checkpoint: null, watermark: null };
const synced = { ...neverRun, initial_completed_at: stampAt(0), run_kind: 'initial', watermark: stampAt(5_000) };

function factsOf(stream: object, more: Partial<RunFacts> = {}): RunFacts {
  return {
    stream: stream as StreamRow,
    entity: 'purchase_order',
    mode: 'incremental',
    declaration: {
      snapshot: { order: 'id' },
      changed: { order: 'stamp_id', overlapMs, granularityMs: 0.001 },
    },
    stamps: isoStamps,
    sourceNow: stampAt(6_000),
    now: '2026-11-01T12:00:00.000000Z',
    windowDays: 90,
    ...more,
  };
}

describe('planRun', () => {
  it.each(['incremental', 'full', 'reconcile'] as const)(
    'makes the first run the initial sync, asked for as %s',
    (mode) => {
      const plan = planRun(factsOf(neverRun, { mode }));
      expect(plan).toEqual({ kind: 'initial', resume: false, since: null, scan: { documentsFrom: '2026-08-03' } });
    },
  );

  it('goes on from the checkpoint of an initial sync that did not end', () => {
    expect(planRun(factsOf({ ...neverRun, run_kind: 'initial', checkpoint: { after: 'A' } })).resume).toBe(true);
  });

  it('does not go on from a failed run of another kind', () => {
    expect(planRun(factsOf({ ...synced, run_kind: 'full', checkpoint: { after: 'A' } }, { mode: 'full' })).resume).toBe(
      false,
    );
  });

  it('starts an incremental run at the watermark less the overlap', () => {
    expect(planRun(factsOf(synced))).toMatchObject({ kind: 'incremental', since: stampAt(4_700), scan: null });
  });

  it('starts it below the clock of a source that went back', () => {
    expect(planRun(factsOf(synced, { sourceNow: stampAt(1_000) })).since).toBe(stampAt(700));
  });

  it('never starts an incremental run later than the overlap before the watermark or the source', () => {
    fc.assert(
      fc.property(stamp, fc.option(stamp, { nil: null }), (watermark, sourceNow) => {
        const { since } = planRun(factsOf({ ...synced, watermark }, { sourceNow }));
        const latest = isoStamps.shift(sourceNow !== null && sourceNow < watermark ? sourceNow : watermark, -overlapMs);
        expect(since).toBe(latest);
      }),
      { seed },
    );
  });

  it('makes an incremental run of an entity without stamps a whole pass', () => {
    const declaration = { snapshot: { order: 'id' }, changed: null } as const;
    const plan = planRun(factsOf(synced, { entity: 'inventory_level', declaration }));
    expect(plan).toEqual({ kind: 'incremental', resume: false, since: null, scan: { documentsFrom: null } });
  });

  it('reads a whole pass where there is no watermark yet', () => {
    expect(planRun(factsOf({ ...synced, watermark: null }))).toMatchObject({ since: null, scan: {} });
  });

  it('takes master data whole, and documents by the window', () => {
    expect(planRun(factsOf(synced, { entity: 'vendor', mode: 'full' })).scan).toEqual({ documentsFrom: null });
    expect(planRun(factsOf(synced, { mode: 'full', windowDays: 30 })).scan).toEqual({ documentsFrom: '2026-10-02' });
  });
});

describe('nextWatermark', () => {
  const facts = {
    kind: 'incremental',
    watermark: stampAt(100),
    sourceNow: stampAt(200),
    stampMax: stampAt(150),
    order: 'stamp_id',
    isPassComplete: false,
  } as const;

  it.each(['full', 'reconcile'] as const)('is left by a %s pass, which may have left out older documents', (kind) => {
    expect(nextWatermark({ ...facts, kind, isPassComplete: true })).toBeNull();
  });

  it('follows what was read, within a pass in the order of stamps', () => {
    expect(nextWatermark(facts)).toBe(stampAt(150));
  });

  it.each(['id', 'continuation'] as const)('is left within a pass in the order of %s', (order) => {
    expect(nextWatermark({ ...facts, order })).toBeNull();
  });

  it('is the clock of the source at the end of a pass, also when that went back', () => {
    expect(nextWatermark({ ...facts, isPassComplete: true })).toBe(stampAt(200));
    expect(nextWatermark({ ...facts, isPassComplete: true, sourceNow: stampAt(50) })).toBe(stampAt(50));
  });

  it('is the largest stamp seen where the source has no clock', () => {
    expect(nextWatermark({ ...facts, isPassComplete: true, sourceNow: null })).toBe(stampAt(150));
  });

  it('never passes the clock of the source while the pass goes on, whatever stamps it meets', () => {
    fc.assert(
      fc.property(stamp, stamp, stamp, (watermark, sourceNow, stampMax) => {
        const next = nextWatermark({ ...facts, watermark, sourceNow, stampMax });
        expect(next).not.toBeNull();
        expect([sourceNow, watermark].some((bound) => (next ?? '') <= bound)).toBe(true);
        expect((next ?? '') >= watermark).toBe(true);
      }),
      { seed },
    );
  });
});

it('selects by stamp for an incremental run and by window for a whole pass', () => {
  expect(selectionOf({ since: stampAt(1), documentsFrom: null })).toEqual({ kind: 'changed', since: stampAt(1) });
  expect(selectionOf({ since: null, documentsFrom: '2026-08-03' })).toEqual({
    kind: 'snapshot',
    documentsFrom: '2026-08-03',
  });
});

it('gives changes of whole passes after the first the origin reconcile', () => {
  expect((['initial', 'incremental', 'full', 'reconcile'] as const).map(originOf)).toEqual([
    'initial',
    'incremental',
    'reconcile',
    'reconcile',
  ]);
});

it('S4 every connector declares an overlap of at least twice its granularity', () => {
  const declared = Object.values(connectors).flatMap(({ entities }) =>
    Object.values(entities).flatMap(({ changed }) => changed ?? []),
  );
  expect(declared.length).toBeGreaterThan(0);
  for (const { overlapMs: overlap, granularityMs } of declared)
    expect(overlap).toBeGreaterThanOrEqual(2 * granularityMs);
});
