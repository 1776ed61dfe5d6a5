import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRequest, requestSync } from '../../store/requests.ts';
import { openSource, type Source } from '../support/sync-source.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

const terminations = 12;
const seed = Date.now() % 1_000_000;

describe('connections to the store are terminated at random moments of a run', () => {
  let world: World;
  let source: Source;
  beforeAll(async () => {
    world = await openWorld();
    source = await openSource(world, { erp: { only: 'materials', records: 6_000 }, settings: { page_size: 10 } });
  });
  afterAll(async () => {
    await world?.close();
    await source?.close();
  });

  it(`and nothing is lost or doubled (seed ${seed})`, async () => {
    const random = randomFrom(seed);
    const killer = new pg.Client({ connectionString: world.url });
    await killer.connect();
    const { database } = world;
    const stream = await source.stream('item');
    await source.control('change', { resource: 'materials', count: 600 });
    await source.fault({ scenario: 'slow', resource: 'materials', delayMs: 10 });
    const mode = 'incremental' as const;
    const request = await requestSync(database, { streamId: stream.id, mode, origin: 'manual', allowDeletes: false });
    const { connection } = source;
    await world.engine.startSync({
      connectionId: connection.id,
      streamId: stream.id,
      entity: 'item',
      system: 'sandbox',
      mode,
      requestId: request.id,
    });
    let terminated = 0;
    for (let round = 0; round < terminations; round++) {
      await new Promise((resolve) => setTimeout(resolve, 50 + random() * 250));
      const { rows } = await killer.query<{ pid: number }>(
        'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() order by pid',
      );
      const victim = rows[Math.floor(random() * rows.length)];
      if (!victim) continue;
      await killer.query('select pg_terminate_backend($1)', [victim.pid]);
      terminated += 1;
    }
    await killer.end();
    expect(terminated).toBeGreaterThan(0);
    const ended = await waitFor(async () => {
      const now = await readRequest(database, request.id).catch(() => null);
      return now === null || now.state === 'pending' || now.state === 'taken' ? null : now;
    });
    expect(ended).toMatchObject({ state: 'completed' });
    expect(await source.difference('item')).toEqual({});
    const after = await source.stream('item');
    expect(after.run_counts).toMatchObject({ read: 600, changed: 600, created: 0 });
    expect(after.sequence - stream.sequence).toBe(600);
  });
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
