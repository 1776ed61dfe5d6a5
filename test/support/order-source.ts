import { expect } from 'vitest';
import { activateConnection, insertConnection, readConnection } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { requestSync, readRequest } from '../../store/requests.ts';
import { readStream, type StreamRow } from '../../store/streams.ts';
import { createSessions } from '../../worker/sessions.ts';
import { openErp, sandboxCredentials, waitFor, type World } from './world.ts';

/** A sandbox ERP with nothing but purchase orders, connected, whose one stream is synced only when a test says so. */
export interface OrderSource {
  readonly connectionId: string;
  readonly streamId: string;
  /** Pages that one undisturbed pass asks for. */
  readonly pages: number;
  /** Waits until the page that stalls has been asked for. */
  stalled(): Promise<void>;
  /** The next page stalls too. */
  stallAgain(): Promise<void>;
  /** Later pages stall no more. */
  goOn(): Promise<void>;
  /** Pages of orders that were asked for since the start. */
  pagesAsked(): Promise<number>;
  /** Starts the stream's full sync and returns at once; gives the request's id. */
  startSync(): Promise<string>;
  /** Waits until the request has ended and gives its state. */
  ended(requestId: string): Promise<string>;
  stream(): Promise<StreamRow>;
  /**
   * Expects the source's orders to be stored, each in the source's version, the changes to have the numbers 1 to n, each
   * once, and the run to have counted each record once.
   */
  expectWhole(): Promise<void>;
  close(): Promise<void>;
}

export interface OrderSourceOptions {
  readonly records: number;
  readonly pageSize: number;
  /** Taken by each page. */
  readonly delayMs: number;
  /** The page, counted from 1, that takes `stallMs`, so that the sync can be disturbed there. */
  readonly stallAtPage: number;
  /** Longer than any test without it. */
  readonly stallMs?: number;
}

export type OrderSourceWorld = Pick<World, 'database' | 'engine' | 'secretBox'>;

const longIntervalMs = 30 * 86_400_000;
const endMs = 120_000;

/** Starts the ERP and connects `flows` to it. */
export async function openOrderSource(flows: OrderSourceWorld, options: OrderSourceOptions): Promise<OrderSource> {
  const { database, engine } = flows;
  const erp = await openErp({ records: options.records, only: 'purchase-orders', bulk: true });
  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const headers = { 'x-control-token': erp.controlToken };
    const answer = await fetch(`${erp.url}/control/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const slow = { scenario: 'slow', resource: 'purchase-orders' };
  const stallOnce = async (after: number): Promise<string> => {
    const once = { ...slow, delayMs: options.stallMs ?? endMs, after, times: 1 };
    return (await call<{ id: string }>('POST', 'fault', once)).id;
  };
  let stall = await stallOnce(options.stallAtPage - 1);
  await call('POST', 'fault', { ...slow, delayMs: options.delayMs });
  const { connectionId, streamId } = await activate(flows, { url: erp.url, pageSize: options.pageSize });
  const stream = () => readStream(database, streamId);
  const pagesAsked = async () => {
    const { counts } = await call<{ counts: Record<string, number> }>('GET', 'access-log?limit=1');
    return counts['purchase-orders'] ?? 0;
  };

  return {
    connectionId,
    streamId,
    stream,
    pages: Math.ceil(options.records / options.pageSize),
    pagesAsked,
    async stalled() {
      await waitFor(async () => {
        const { faults } = await call<{ faults: { id: string }[] }>('GET', 'state');
        // It is for one page, and is gone once it has hit.
        return faults.some(({ id }) => id === stall) ? null : true;
      }, endMs);
    },
    async stallAgain() {
      stall = await stallOnce(0);
    },
    goOn: async () => void (await call('DELETE', 'fault')),
    async startSync() {
      const request = await requestSync(database, { streamId, mode: 'full', origin: 'manual', allowDeletes: false });
      const about = { connectionId, streamId, entity: 'purchase_order', system: 'sandbox' } as const;
      await engine.startSync({ ...about, mode: 'full', requestId: request.id });
      return request.id;
    },
    ended: (requestId) =>
      waitFor(async () => {
        const { state } = await readRequest(database, requestId);
        return state === 'pending' || state === 'taken' ? null : state;
      }, endMs),
    async expectWhole() {
      const path = 'records?resource=purchase-orders&json=false';
      const { records } = await call<{ records: VersionedRecord[] }>('GET', path);
      await expectStoredWhole(database, { records, connectionId, streamId });
    },
    close: () => erp.close(),
  };
}

interface VersionedRecord {
  readonly id: string;
  readonly version: string | number;
}

async function expectStoredWhole(
  database: Database,
  expected: { records: readonly VersionedRecord[]; connectionId: string; streamId: string },
): Promise<void> {
  const { rows } = await database.pool.query<VersionedRecord & { sequence: number }>(
    `select remote_id as id, version, sequence from record where connection_id = $1 and deleted_at is null
     order by sequence`,
    [expected.connectionId],
  );
  expect(versionsOf(rows)).toEqual(versionsOf(expected.records));
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
  const { sequence, run_counts } = await readStream(database, expected.streamId);
  expect({ sequence, created: run_counts.created, read: run_counts.read }).toEqual({
    sequence: rows.length,
    created: rows.length,
    read: rows.length,
  });
}

function versionsOf(records: readonly VersionedRecord[]): Map<string, string> {
  return new Map(records.map(({ id, version }) => [id, String(version)]));
}

/** What `connect` does, without its initial syncs: they are the test's to start. */
async function activate(
  { database, secretBox }: OrderSourceWorld,
  { url, pageSize }: { url: string; pageSize: number },
) {
  const row = await insertConnection(database, {
    system: 'sandbox',
    name: new URL(url).port,
    settings: { url, page_size: pageSize, first_byte_timeout_ms: endMs },
    // Older orders are synced too.
    windowDays: 3_650,
    environment: 'test',
    sealCredentials: (id) => secretBox.seal(sandboxCredentials, id),
  });
  const sessions = createSessions(secretBox);
  try {
    const { session } = await sessions.get(row);
    const check = await session.check(AbortSignal.timeout(endMs));
    await activateConnection(database, row.id, { ...check, entities: ['purchase_order'], intervalMs: longIntervalMs });
  } finally {
    await sessions.closeAll();
  }
  const { id: connectionId } = await readConnection(database, row.id);
  const streams = await database.query
    .selectFrom('stream')
    .select('id')
    .where('connection_id', '=', connectionId)
    .execute();
  return { connectionId, streamId: streams[0]?.id ?? '' };
}
