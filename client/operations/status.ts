import { entities, type Entity } from '../../model/entities/registry.ts';
import { type ErrorSummary, FlowsError, summarizeError } from '../../model/errors/flows-error.ts';
import { type StreamStatus, streamStatus } from '../../model/stream-status.ts';
import type { RunKind, RunState, SyncCounts } from '../../model/sync.ts';
import { type ConnectionRow, listConnections, readConnection } from '../../store/connections.ts';
import { readStreamStatuses, type StreamStatusRow } from '../../store/statuses.ts';
import { type ConnectionView, toConnectionView } from './connection-view.ts';
import { readNextRuns } from './next-runs.ts';
import type { Services } from './services.ts';

export interface StatusReport {
  readonly connections: readonly (ConnectionView & { readonly streams: readonly StreamView[] })[];
  /** Why the next runs are not known; null when Temporal answered. */
  readonly engine_error: ErrorSummary | null;
}

export interface StreamView {
  readonly entity: Entity;
  readonly status: StreamStatus;
  readonly last_success_at: string | null;
  readonly watermark: string | null;
  /** Of the last run, if it failed. */
  readonly last_error: ErrorSummary | null;
  readonly last_run: RunView | null;
  /** Stored and not deleted. */
  readonly records: number;
  /** Records that could not be taken in and still wait for it. */
  readonly quarantined: number;
  readonly next_run_at: string | null;
}

export interface RunView {
  readonly execution_id: string;
  readonly kind: RunKind | null;
  readonly state: RunState | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly counts: Partial<SyncCounts>;
}

/** How one connection stands, or all that are not removed, with their streams. Answers without Temporal too. */
export async function readStatus(services: Services, options: { connection?: string }): Promise<StatusReport> {
  const { database, engine } = services;
  const connections =
    options.connection === undefined
      ? await listConnections(database, { includeRemoved: false })
      : [await readConnection(database, options.connection)];
  const rows = await readStreamStatuses(
    database,
    connections.map(({ id }) => id),
  );
  const { nextRuns, error } = await nextRunsOrError(engine, rows);
  return {
    connections: connections.map((connection) => ({
      ...toConnectionView(connection),
      streams: streamsOf(connection, rows).map((row) =>
        toStreamView(row, { connection, nextRunAt: nextRuns.get(row.id) ?? null }),
      ),
    })),
    engine_error: error,
  };
}

async function nextRunsOrError(engine: Services['engine'], rows: readonly StreamStatusRow[]) {
  try {
    return { nextRuns: await readNextRuns(engine, rows), error: null };
  } catch (error) {
    if (!(error instanceof FlowsError) || error.code !== 'engine_unavailable') throw error;
    return { nextRuns: new Map<string, string>(), error: summarizeError(error) };
  }
}

function streamsOf(connection: ConnectionRow, rows: readonly StreamStatusRow[]): StreamStatusRow[] {
  const own = rows.filter((row) => row.connection_id === connection.id);
  return own.sort((left, right) => entities.indexOf(left.entity) - entities.indexOf(right.entity));
}

function toStreamView(
  row: StreamStatusRow,
  known: { connection: ConnectionRow; nextRunAt: string | null },
): StreamView {
  const { entity, last_success_at, watermark, run_error, records, quarantined } = row;
  const status = streamStatus({
    paused: row.paused || known.connection.paused,
    runState: row.run_state,
    isExecutionOpen: row.execution_state === null || row.execution_state === 'running',
    hasPendingRequest: row.has_pending_request,
  });
  const next_run_at = known.nextRunAt;
  return {
    entity,
    status,
    last_success_at,
    watermark,
    last_error: run_error,
    last_run: toRunView(row),
    records,
    quarantined,
    next_run_at,
  };
}

function toRunView(row: StreamStatusRow): RunView | null {
  if (row.run_execution_id === null) return null;
  return {
    execution_id: row.run_execution_id,
    kind: row.run_kind,
    state: row.run_state,
    started_at: row.run_started_at,
    ended_at: row.run_ended_at,
    counts: row.run_counts,
  };
}
