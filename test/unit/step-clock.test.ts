import { describe, expect, it } from 'vitest';
import { startStepClock } from '../../activities/sync/step-clock.ts';

function startAt(ms: number) {
  let now = ms;
  const clock = startStepClock(() => now);
  return { clock, pass: (some: number) => void (now += some) };
}

describe('a step clock', () => {
  it('charges what the step waits for to its part, and the rest to other; the parts add up to the whole', async () => {
    const { clock, pass } = startAt(1_000);
    await clock.waitFor('source_ms', Promise.resolve(pass(30)));
    const waiting = clock.waitFor('store_ms', new Promise((resolve) => setImmediate(() => resolve(pass(20)))));
    await waiting;
    clock.charge('transform_ms', () => pass(7));
    pass(3);
    const { source_ms, store_ms, transform_ms, other_ms } = clock.timings();
    expect({ store_ms, transform_ms }).toEqual({ store_ms: 20, transform_ms: 7 });
    expect((source_ms ?? 0) + (store_ms ?? 0) + (transform_ms ?? 0) + (other_ms ?? 0)).toBe(60);
    expect(clock.elapsedMs()).toBe(60);
  });

  it('charges a wait that fails, and passes its error on', async () => {
    const { clock, pass } = startAt(0);
    const failing = new Promise((_, reject) =>
      setImmediate(() => {
        pass(15);
        reject(new Error('down'));
      }),
    );
    await expect(clock.waitFor('source_ms', failing)).rejects.toThrow('down');
    expect(clock.timings().source_ms).toBe(15);
  });

  it('keeps busy times beside the parts, where they may exceed the whole', () => {
    const { clock, pass } = startAt(0);
    clock.busy('source_busy_ms', 40);
    clock.busy('source_busy_ms', 50);
    clock.busy('store_busy_ms', 5.4);
    pass(60);
    expect(clock.timings()).toMatchObject({ source_busy_ms: 90, store_busy_ms: 5, other_ms: 60 });
  });
});
