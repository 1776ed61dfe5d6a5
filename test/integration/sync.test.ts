import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import { pauseStreams } from '../../store/stream-schedule.ts';
import { openErp, openWorld, sandboxCredentials, waitFor, type World } from '../support/world.ts';

describe('a sandbox in sync through Temporal', () => {
  let world: World;
  let erp: SandboxErp;
  let connection: ConnectionRow;

  beforeAll(async () => {
    [world, erp] = await Promise.all([openWorld(), openErp({ records: 60 })]);
    connection = await world.connect({
      system: 'sandbox',
      settings: { url: erp.url },
      credentials: sandboxCredentials,
    });
  });
  afterAll(async () => {
    await world?.close();
    await erp?.close();
  });

  it('stores every record of the initial sync once', async () => {
    const stream = await world.stream(connection.id, 'vendor');
    expect(stream.run_counts).toMatchObject({ created: 20, quarantined: 0 });
    expect(stream.sequence).toBe(20);
  });

  it('writes no record row when a full sync finds nothing changed', async () => {
    const before = await world.database.query
      .selectFrom('record')
      .select(['id', 'sequence', 'fetch_number'])
      .orderBy('id')
      .execute();
    await world.sync(connection.id, 'purchase_order', 'full');
    const after = await world.database.query
      .selectFrom('record')
      .select(['id', 'sequence', 'fetch_number'])
      .orderBy('id')
      .execute();
    expect(after).toEqual(before);
  });

  it('records a run of a paused stream as skipped, with the reason', async () => {
    const { id: streamId } = await world.stream(connection.id, 'item');
    await pauseStreams(world.database, [streamId], true);
    await world.engine.startSync({
      connectionId: connection.id,
      streamId,
      entity: 'item',
      system: 'sandbox',
      mode: 'incremental',
      requestId: 'none',
    });
    const execution = await waitFor(async () => {
      const row = await world.database.query
        .selectFrom('execution')
        .select(['state', 'counts'])
        .where('entity', '=', 'item')
        .where('kind', '=', 'incrementalSync')
        .where('state', '<>', 'running')
        .executeTakeFirst();
      return row ?? null;
    });
    expect(execution).toEqual({ state: 'skipped', counts: { reason: 'the stream is paused' } });
  });
});
