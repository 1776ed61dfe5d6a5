import type { Connector, Session } from '../connectors/connector.ts';
import type { Entity } from '../model/entities/registry.ts';
import type { ExecutionState, SyncMode } from '../model/sync.ts';
import type { ConnectionRow } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import type { Holder } from '../store/streams.ts';

/** What the activities are made with; the worker puts it together. */
export interface Dependencies {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly engine: Engine;
}

/** An open conversation with a connection's system. */
export interface OpenSession {
  readonly connector: Connector;
  readonly session: Session;
}

/** Sessions are shared by the steps of a worker, so that a login lasts longer than a step. */
export interface Sessions {
  /** The session of a connection; credentials are read and opened here, and nowhere else. */
  get(connection: ConnectionRow): Promise<OpenSession>;
  /** Closes a connection's session, so that the next use logs in anew. */
  drop(connectionId: string): Promise<void>;
}

/** What activities ask of Temporal. */
export interface Engine {
  /** Whether an execution (its whole continue-as-new chain) is proven closed. An engine that does not answer proves nothing. */
  isClosed(holder: Holder): Promise<boolean>;
  /** How Temporal closed an execution; null while it runs. */
  closedState(holder: Holder): Promise<Exclude<ExecutionState, 'running' | 'partial' | 'skipped'> | null>;
  /** Makes the schedules of a stream, or brings them in line with its row; gives whether they were not. */
  ensureSchedule(stream: ScheduledStream): Promise<boolean>;
  /** Starts a run that answers a stream's pending request. */
  startSync(stream: {
    connectionId: string;
    streamId: string;
    entity: Entity;
    system: string;
    mode: SyncMode;
    requestId: string;
  }): Promise<void>;
}

export interface ScheduledStream {
  readonly connectionId: string;
  readonly streamId: string;
  readonly entity: Entity;
  readonly system: string;
  readonly intervalMs: number | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly paused: boolean;
}
