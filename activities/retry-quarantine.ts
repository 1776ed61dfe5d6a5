import { Context } from '@temporalio/activity';
import { type EntityDeclaration, fetchRecordsMax } from '../connectors/connector.ts';
import { FlowsError } from '../model/errors/flows-error.ts';
import { recordId } from '../model/ids.ts';
import { addCounts, noCounts, type SyncCounts } from '../model/sync.ts';
import { readConnection } from '../store/connections.ts';
import { commitPoint } from '../store/point-commit.ts';
import { openQuarantineIds } from '../store/quarantine.ts';
import { nextFetchNumber } from '../store/runs.ts';
import { readStream, type StreamRow } from '../store/streams.ts';
import type { Dependencies, OpenSession } from './dependencies.ts';
import type { ExecutionRef } from './execution-ref.ts';
import { missingOf, transformPage } from './sync/transform-page.ts';

export interface RetryQuarantineInput {
  readonly execution: ExecutionRef;
  readonly connectionId: string;
  readonly streamId: string;
}

/** Records that one call retries; what is left is retried by the next call. */
const recordsMax = 1_000;

/**
 * Fetches the quarantined records of a stream again and stores them as they are now: what is good leaves the quarantine,
 * what is still bad stays with its new reason, what is gone is tombstoned.
 */
export async function retryQuarantine(
  dependencies: Dependencies,
  input: RetryQuarantineInput,
): Promise<{ step: SyncCounts }> {
  const { database, sessions } = dependencies;
  const connection = await readConnection(database, input.connectionId);
  const stream = await readStream(database, input.streamId);
  const open = await sessions.get(connection);
  const remoteIds = await openQuarantineIds(database, stream.id, recordsMax);
  let step = noCounts;
  for (let start = 0; start < remoteIds.length; start += fetchRecordsMax) {
    const chunk = remoteIds.slice(start, start + fetchRecordsMax);
    step = addCounts(
      step,
      await fetchAndCommit(dependencies, { stream, open, remoteIds: chunk, profile: connection.profile }),
    );
    Context.current().heartbeat({ read: step.read });
  }
  return { step };
}

interface Chunk {
  readonly stream: StreamRow;
  readonly open: OpenSession;
  readonly remoteIds: readonly string[];
  readonly profile: Parameters<EntityDeclaration['toUnified']>[1];
}

/** A run that has read on since the fetch makes it stale: it is fetched again, this often. */
const fetchesMax = 3;

async function fetchAndCommit(dependencies: Dependencies, chunk: Chunk): Promise<SyncCounts> {
  for (let fetches = 1; ; fetches++) {
    try {
      return await fetchAndCommitOnce(dependencies, chunk);
    } catch (error) {
      if (fetches === fetchesMax || !(error instanceof FlowsError && error.code === 'version_conflict')) throw error;
    }
  }
}

async function fetchAndCommitOnce(
  { database }: Dependencies,
  { stream, open, remoteIds, profile }: Chunk,
): Promise<SyncCounts> {
  const declaration = open.connector.entities[stream.entity] as EntityDeclaration | undefined;
  if (!declaration) throw new FlowsError('unsupported', `${open.connector.title} has no ${stream.entity}.`);
  const fetchNumber = await nextFetchNumber(database);
  const items = await open.session.fetchRecords({
    entity: stream.entity,
    remoteIds,
    signal: Context.current().cancellationSignal,
  });
  const context = {
    entity: stream.entity,
    lineageId: stream.lineage_id,
    declaration,
    stamps: open.connector.stamps,
    profile,
  };
  const page = transformPage(items, fetchNumber, context);
  const remoteIdOf = new Map(remoteIds.map((id) => [recordId(stream.lineage_id, stream.entity, id), id]));
  const missing = missingOf(page)([...remoteIdOf.keys()]);
  const counts = await commitPoint(database, {
    streamId: stream.id,
    origin: 'incremental',
    rows: page.rows,
    quarantined: page.quarantined,
    gone: missing.map((id) => ({ recordId: id, remoteId: remoteIdOf.get(id) ?? '' })),
    fetchNumber,
  });
  return addCounts(counts, { read: items.length });
}
