import { requestSync } from '../../client/operations/request-sync.ts';
import { instantToMs } from '../../model/instants.ts';
import type { SyncCounts } from '../../model/sync.ts';
import { type SyncResult, workflowIds } from '../../workflows/contract.ts';
import { type BenchStream, entity } from './connect-stream.ts';
import type { Erp } from './erp.ts';
import type { Installation } from './installation.ts';
import { requireLoaded, unifiedTables } from './sums.ts';

/** A sync through Temporal: a workflow, and a worker in a process of its own. */
export interface ProductRun {
  /** From the workflow's start to its end, by Temporal's clock. */
  readonly seconds: number;
  /** When its last commit was done, in milliseconds since 1970. */
  readonly committedMs: number;
  /** Of the workflow's history. */
  readonly events: number;
  readonly counts: SyncCounts;
}

/** The initial sync of a stream that has never been read, checked against the source. A worker must be running. */
export async function runInitialSync(installation: Installation, stream: BenchStream, erp: Erp): Promise<ProductRun> {
  const run = await runFullSync(installation, stream);
  await requireLoaded(installation.databaseUrl, unifiedTables('record'), erp.holds);
  return run;
}

/** A full sync as a user asks for it: of a stream that was never read it is the initial one. */
export async function runFullSync(installation: Installation, stream: BenchStream): Promise<ProductRun> {
  return finish(installation, await startFullSync(installation, stream));
}

export interface ColdRun {
  /** From the spawn of the worker's process, for which the workflow waits, to the last commit. */
  readonly seconds: number;
  /** From the spawn until the worker takes work. */
  readonly startSeconds: number;
}

/** The initial sync by a worker that is started for it. */
export async function runColdSync(installation: Installation, erp: Erp): Promise<ColdRun> {
  const workflowId = await startFullSync(installation, await installation.connect(erp));
  const spawnedMs = Date.now();
  const worker = await installation.startWorker();
  const startSeconds = (Date.now() - spawnedMs) / 1000;
  try {
    const { committedMs } = await finish(installation, workflowId);
    await requireLoaded(installation.databaseUrl, unifiedTables('record'), erp.holds);
    return { seconds: (committedMs - spawnedMs) / 1000, startSeconds };
  } finally {
    await worker.end();
  }
}

/** Gives the workflow's id. */
async function startFullSync(installation: Installation, { connectionId }: BenchStream): Promise<string> {
  const request = { connection: connectionId, entity, mode: 'full', allowDeletes: false } as const;
  const [requested] = await requestSync(installation, request);
  if (!requested || requested.not_started !== null)
    throw new Error(`The sync of ${connectionId} was not started: ${requested?.not_started ?? 'no stream'}`);
  return workflowIds.requestedSync('full', connectionId, entity, requested.request_id);
}

async function finish({ client, database }: Installation, workflowId: string): Promise<ProductRun> {
  const handle = client.workflow.getHandle(workflowId);
  const result = (await handle.result()) as SyncResult;
  if (result.outcome !== 'completed') throw new Error(`${workflowId} ended ${result.outcome}.`);
  const { startTime, closeTime, historyLength } = await handle.describe();
  if (!closeTime) throw new Error(`${workflowId} has a result and no end.`);
  const { rows } = await database.pool.query<{ committed: string | null }>(
    `select max(attempt.ended_at) as committed from attempt join execution on execution.id = attempt.execution_id
     where execution.workflow_id = $1`,
    [workflowId],
  );
  return {
    seconds: (closeTime.getTime() - startTime.getTime()) / 1000,
    committedMs: instantToMs(rows[0]?.committed ?? ''),
    events: historyLength,
    counts: result.counts,
  };
}
