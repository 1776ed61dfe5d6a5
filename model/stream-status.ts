import type { RunState } from './sync.ts';

/** What a stream is shown as. */
export type StreamStatus = 'never_run' | 'in_progress' | 'completed' | 'partial' | 'failed' | 'waiting' | 'paused';

/** The stored facts that a stream's status follows from. */
export interface StreamFacts {
  /** The stream or its whole connection. */
  readonly paused: boolean;
  /** Of the run under way, or of the last one. */
  readonly runState: RunState | null;
  /** Whether the execution of that run is still open; a run may outlast its execution and is then continued by the next. */
  readonly isExecutionOpen: boolean;
  /** Whether somebody asked for a run that has not started. */
  readonly hasPendingRequest: boolean;
}

/**
 * The one status of a stream. `waiting` means that a run was asked for, or was interrupted, and has not started again.
 * A cancelled run is shown as failed: what was asked for did not come about.
 */
export function streamStatus(facts: StreamFacts): StreamStatus {
  if (facts.paused) return 'paused';
  if (facts.runState === 'running') return facts.isExecutionOpen ? 'in_progress' : 'waiting';
  if (facts.hasPendingRequest) return 'waiting';
  if (facts.runState === null) return 'never_run';
  return facts.runState === 'cancelled' ? 'failed' : facts.runState;
}
