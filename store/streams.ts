import type { Selectable } from 'kysely';
import { FlowsError } from '../model/errors/flows-error.ts';
import { type Database, stored } from './database.ts';
import type { Schema } from './schema.ts';

export type StreamRow = Selectable<Schema['stream']>;

/** Who holds a stream: a Temporal execution, named by its workflow id and the run id of its first run. */
export interface Holder {
  readonly workflowId: string;
  readonly runId: string;
}

/** A claim's proof: commits carry it, and change nothing once somebody else has claimed since. */
export interface Claim {
  readonly streamId: string;
  readonly epoch: number;
}

export type ClaimResult =
  | { readonly outcome: 'claimed'; readonly claim: Claim; readonly stream: StreamRow }
  | { readonly outcome: 'busy'; readonly holder: Holder };

export interface ClaimOptions {
  readonly holder: Holder;
  /** Whether an execution is proven closed; asked only about a holder that is not ourselves. */
  readonly isClosed: (holder: Holder) => Promise<boolean>;
}

/**
 * Claims a stream for one activity attempt: if nobody holds it, the holder is ourselves, or the holder is proven closed.
 * Each claim raises the epoch, so that an earlier attempt that still runs can no longer commit.
 */
export async function claimStream(database: Database, streamId: string, options: ClaimOptions): Promise<ClaimResult> {
  const stream = await readStream(database, streamId);
  const current = holderOf(stream);
  if (current && !isSameHolder(current, options.holder) && !(await options.isClosed(current))) {
    return { outcome: 'busy', holder: current };
  }
  const claimed = await stored(
    database.query
      .updateTable('stream')
      .set({
        epoch: stream.epoch + 1,
        holder_workflow_id: options.holder.workflowId,
        holder_run_id: options.holder.runId,
      })
      .where('id', '=', streamId)
      .where('epoch', '=', stream.epoch)
      .returningAll()
      .executeTakeFirst(),
  );
  if (claimed) return { outcome: 'claimed', claim: { streamId, epoch: claimed.epoch }, stream: claimed };
  const winner = holderOf(await readStream(database, streamId));
  return { outcome: 'busy', holder: winner ?? options.holder };
}

/** A stream by its id. Throws `not_found`. */
export async function readStream(database: Database, streamId: string): Promise<StreamRow> {
  const row = await stored(
    database.query.selectFrom('stream').selectAll().where('id', '=', streamId).executeTakeFirst(),
  );
  if (!row) throw new FlowsError('not_found', `There is no stream ${streamId}.`);
  return row;
}

/** The streams of a connection, in the order in which they were made. */
export function listStreams(database: Database, connectionId: string): Promise<StreamRow[]> {
  return stored(
    database.query.selectFrom('stream').selectAll().where('connection_id', '=', connectionId).orderBy('id').execute(),
  );
}

/** The stream whose present or last run belongs to an execution. */
export async function streamOfRun(database: Database, executionId: string): Promise<StreamRow | null> {
  const row = await stored(
    database.query.selectFrom('stream').selectAll().where('run_execution_id', '=', executionId).executeTakeFirst(),
  );
  return row ?? null;
}

/** Who holds a stream; null when nobody does. */
export function holderOf(stream: StreamRow): Holder | null {
  if (stream.holder_workflow_id === null || stream.holder_run_id === null) return null;
  return { workflowId: stream.holder_workflow_id, runId: stream.holder_run_id };
}

/** Whether two name the same execution. */
export function isSameHolder(left: Holder | null, right: Holder): boolean {
  return left?.workflowId === right.workflowId && left?.runId === right.runId;
}
