import { randomBytes } from 'node:crypto';
import { sandbox } from '../../connectors/sandbox/index.ts';
import type { EntityDeclaration } from '../../connectors/connector.ts';
import type { Json } from '../../model/json.ts';
import { type TransformContext, transformPage } from '../../activities/sync/transform-page.ts';
import { type BatchContext, type BatchProgress, openBatch } from '../../store/batch.ts';
import { activateConnection, insertConnection } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { commitPoint } from '../../store/point-commit.ts';
import { nextFetchNumber, startRun } from '../../store/runs.ts';
import { claimStream, listStreams, readStream, type StreamRow } from '../../store/streams.ts';

/** A stream of vendors without a worker, for tests that drive the store by hand. */
export interface StoredStream {
  readonly id: string;
  readonly lineageId: string;
  readonly transform: TransformContext;
  read(): Promise<StreamRow>;
  /** Claims the stream, as a new execution, and starts an initial run. */
  begin(): Promise<StartedRun>;
  /** Commits remote records as a webhook's fetch would. */
  point(items: readonly Json[], fetchNumber: number, options?: { deleted: boolean }): ReturnType<typeof commitPoint>;
  nextFetchNumber(): Promise<number>;
  /** Name and state of each stored record, by remote id. */
  names(): Promise<Record<string, string>>;
}

export interface StartedRun {
  readonly stream: StreamRow;
  readonly context: BatchContext;
  /** Commits one page that was asked for under this number, as the next batch of the run. */
  commit(items: readonly Json[], page: { fetchNumber: number; progress?: Partial<BatchProgress> }): Promise<void>;
}

/** A supplier as the sandbox ERP sends it; its stamp is so many seconds after midnight. */
export function supplier(id: string, { name, second }: { name: string; second: number }): Json {
  const stamp = `2026-11-01T00:00:${String(second).padStart(2, '0')}.000000Z`;
  return { Id: id, Version: second, CreatedAt: stamp, ChangedAt: stamp, Name: name, Status: 'ACTIVE' };
}

/** Makes an active connection with one stream of vendors. `observer` is what is looked through, where that is another. */
export async function storeStream(database: Database, observer: Database = database): Promise<StoredStream> {
  const connection = await insertConnection(database, {
    system: 'sandbox',
    name: `stream-${randomBytes(4).toString('hex')}`,
    settings: {},
    windowDays: 90,
    environment: 'test',
    sealCredentials: () => ({}),
  });
  const checked = { fingerprint: 'sandbox:test', systemVersion: '1', profile: {}, intervalMs: 900_000 };
  await activateConnection(database, connection.id, { ...checked, entities: ['vendor'] });
  const [first] = await listStreams(database, connection.id);
  if (!first) throw new Error('no stream was made');
  const { id, lineage_id: lineageId } = first;
  const transform: TransformContext = {
    entity: 'vendor',
    lineageId,
    declaration: sandbox.entities.vendor as EntityDeclaration,
    stamps: sandbox.stamps,
    profile: {},
  };
  const owner = { lineageId, connectionId: connection.id, entity: 'vendor', origin: 'initial' } as const;

  return {
    id,
    lineageId,
    transform,
    read: () => readStream(observer, id),
    nextFetchNumber: () => nextFetchNumber(database),
    async begin() {
      const name = randomBytes(4).toString('hex');
      const holder = { workflowId: `test/${name}`, runId: name };
      const claimed = await claimStream(database, id, { holder, isClosed: () => Promise.resolve(true) });
      if (claimed.outcome === 'busy') throw new Error('the stream is held');
      const run = { executionId: `exec_${name}`, kind: 'initial', since: null, sourceNow: null } as const;
      const resume = claimed.stream.checkpoint !== null;
      const scan = { documentsFrom: null, startFetchNumber: await nextFetchNumber(database) };
      const stream = await startRun(database, claimed.claim, { ...run, scan, resume });
      const context: BatchContext = { ...owner, claim: claimed.claim, seenScanId: null };
      let checkpointNumber = stream.checkpoint_number;
      return {
        stream,
        context,
        async commit(items, { fetchNumber, progress }) {
          const page = transformPage(items, fetchNumber, transform);
          const batch = await openBatch(database, context);
          await batch.write(page.rows);
          const { stampMax, quarantined } = page;
          const standing = { checkpoint: null, watermark: null, hasDuplicates: true, read: items.length, pages: 1 };
          const facts = { checkpointNumber, fetchNumberMax: fetchNumber, stampMax, quarantined };
          ({ checkpointNumber } = await batch.commit({ ...standing, ...facts, ...progress }));
        },
      };
    },
    point(items, fetchNumber, { deleted } = { deleted: false }) {
      const { declaration } = transform;
      const flagged = { ...declaration, identify: (raw: Json) => ({ ...declaration.identify(raw), deleted }) };
      const { rows, quarantined } = transformPage(items, fetchNumber, { ...transform, declaration: flagged });
      return commitPoint(database, { streamId: id, origin: 'incremental', rows, quarantined, gone: [], fetchNumber });
    },
    async names() {
      const { rows } = await observer.pool.query<{ remote_id: string; name: string }>(
        `select remote_id, case when deleted_at is null then data ->> 'name' else 'deleted' end as name from record
         where lineage_id = $1 order by remote_id`,
        [lineageId],
      );
      return Object.fromEntries(rows.map(({ remote_id, name }) => [remote_id, name]));
    },
  };
}
