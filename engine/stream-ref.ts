import type { Entity } from '../model/entities/registry.ts';
import type { SyncInput } from '../workflows/contract.ts';

/** A stream, as the engine must know it. */
export interface StreamRef {
  readonly connectionId: string;
  readonly streamId: string;
  readonly entity: Entity;
  readonly system: string;
}

/** When a stream is synced; the schedules in Temporal follow it. */
export interface ScheduledStreamRef extends StreamRef {
  readonly intervalMs: number | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly paused: boolean;
}

export type SyncWorkflow = 'initialSync' | 'incrementalSync' | 'reconcile' | 'retryQuarantine';

const titles: Readonly<Record<SyncWorkflow, string>> = {
  initialSync: 'Full sync',
  incrementalSync: 'Incremental sync',
  reconcile: 'Reconcile',
  retryQuarantine: 'Retry of the quarantine',
};

/** What the Temporal Web UI shows of an execution beside its id. */
export function summaryOf(workflow: SyncWorkflow, { entity, system }: StreamRef): string {
  return `${titles[workflow]} of ${entity} (${system})`;
}

export function syncInput({ connectionId, streamId, entity, system }: StreamRef, requestId?: string): SyncInput {
  return { v: 1, connectionId, streamId, entity, system, ...(requestId !== undefined && { requestId }) };
}
