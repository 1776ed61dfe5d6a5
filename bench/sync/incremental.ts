import { poll } from '../../client/operations/poll.ts';
import { requestSync } from '../../client/operations/request-sync.ts';
import { instantToMs } from '../../model/instants.ts';
import type { SyncCounts } from '../../model/sync.ts';
import { type BenchStream, entity } from './connect-stream.ts';
import type { Erp } from './erp.ts';
import type { Installation } from './installation.ts';

const changedRecords = 1_000;

export interface IncrementalRun {
  /** From the workflow's start to the last commit. */
  readonly seconds: number;
  /** From the request to the workflow's start: what the schedule's trigger takes. */
  readonly triggerSeconds: number;
}

/** Longer than the overlap of two runs. */
const clockStepMs = 600_000;
const pollMs = 20;
const timeoutMs = 120_000;

/** Changes some records in the ERP and syncs what changed, as a user asks for it: through the stream's schedule. */
export async function runIncremental(
  installation: Installation,
  { stream, erp }: { stream: BenchStream; erp: Erp },
): Promise<IncrementalRun> {
  const changed = Math.min(changedRecords, erp.holds.orders);
  await erp.control('change', { resource: 'purchase-orders', count: changed });
  await leaveOverlap(erp);
  const request = { connection: stream.connectionId, entity, mode: 'incremental', allowDeletes: false } as const;
  const [requested] = await requestSync(installation, request);
  if (!requested || requested.not_started !== null) throw new Error('The incremental sync was not started.');
  const ended = await poll(() => findEnded(installation, requested.request_id), { intervalMs: pollMs, timeoutMs });
  const { counts } = ended;
  if (counts.changed !== changed || counts.read !== changed)
    throw new Error(`The incremental sync was to read and store ${changed} records and did ${JSON.stringify(counts)}.`);
  const startedMs = instantToMs(ended.started_at);
  return {
    seconds: (instantToMs(ended.committed_at) - startedMs) / 1000,
    triggerSeconds: (startedMs - instantToMs(ended.requested_at)) / 1000,
  };
}

/** Moves the ERP's clock on, so that the run after the next one reads nothing of what is there now. */
export function leaveOverlap(erp: Erp): Promise<void> {
  return erp.control('clock', { advanceMs: clockStepMs });
}

interface EndedRun {
  readonly requested_at: string;
  readonly started_at: string;
  readonly committed_at: string;
  readonly counts: SyncCounts;
}

/** The last attempt's end is written right after its commit. */
async function findEnded({ database }: Installation, requestId: string): Promise<EndedRun | undefined> {
  const { rows } = await database.pool.query<EndedRun>(
    `select sync_request.created_at as requested_at, execution.started_at, max(attempt.ended_at) as committed_at, execution.counts
     from sync_request join execution on execution.id = sync_request.execution_id join attempt on attempt.execution_id = execution.id
     where sync_request.id = $1 and sync_request.state = 'completed'
     group by sync_request.id, execution.id having bool_and(attempt.ended_at is not null)`,
    [requestId],
  );
  return rows[0];
}
