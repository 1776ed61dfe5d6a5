import { connectionStatus, type ConnectionStatus } from '../../model/connection-status.ts';
import type { ErrorSummary } from '../../model/errors/flows-error.ts';
import type { ConnectionRow } from '../../store/connections.ts';

/** A connection as readers see it: without settings that only the connector understands, and without secrets. */
export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  readonly system: string;
  readonly system_version: string | null;
  readonly environment: 'live' | 'test';
  readonly status: ConnectionStatus;
  /** How far back documents are taken in. */
  readonly window_days: number;
  readonly last_error: ErrorSummary | null;
  readonly created_at: string;
}

export function toConnectionView(row: ConnectionRow): ConnectionView {
  const { id, name, system, system_version, environment, window_days, last_error, created_at } = row;
  return {
    id,
    name,
    system,
    system_version,
    environment,
    status: connectionStatus(row),
    window_days,
    last_error,
    created_at,
  };
}
