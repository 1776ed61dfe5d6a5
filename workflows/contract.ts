import type { Entity } from '../model/entities/registry.ts';
import type { SyncCounts, SyncMode } from '../model/sync.ts';

/**
 * What the outside must know of the workflows: queues, ids, search attributes, inputs and results. Inputs are one object
 * each, versioned and only added to: executions that have started keep what they were given.
 */

/** Workflow code, bulk reads, and short work that must not wait behind bulk. */
export const taskQueues = { workflow: 'flows-workflow', sync: 'flows-sync', control: 'flows-control' } as const;

/** Search attributes, all of type Keyword; opaque ids and our own words only, since they are never encrypted. */
export const searchAttributeNames = [
  'FlowsConnection',
  'FlowsEntity',
  'FlowsSystem',
  'FlowsKind',
  'FlowsState',
] as const;

/** Workflow and schedule ids. A scheduled run's id is the schedule's with its time added by the server. */
export const workflowIds = {
  connect: (connectionId: string) => `connect/${connectionId}`,
  sync: (connectionId: string, entity: Entity) => `sync/${connectionId}/${entity}`,
  /** The first snapshot of a stream, which `connect` starts. */
  fullSync: (connectionId: string, entity: Entity) => `sync/${connectionId}/${entity}/full`,
  /** A snapshot or scan that was asked for: one workflow a request, so that a request never joins one that is just ending. */
  requestedSync: (mode: 'full' | 'reconcile', connectionId: string, entity: Entity, requestId: string) =>
    `${mode === 'full' ? 'sync' : 'reconcile'}/${connectionId}/${entity}/${mode === 'full' ? 'full/' : ''}${requestId}`,
  retryQuarantine: (connectionId: string, entity: Entity) => `quarantine/${connectionId}/${entity}`,
  chore: (name: string) => `chore/${name}`,
  reconcile: (connectionId: string, entity: Entity) => `reconcile/${connectionId}/${entity}`,
} as const;

/** Kept over a continue-as-new, so that the chain is one execution. */
export interface ExecutionCarry {
  readonly id: string;
  readonly startedAt: string;
}

export interface ConnectInput {
  readonly v: 1;
  readonly connectionId: string;
  readonly system: string;
}

export interface ConnectResult {
  readonly streams: number;
}

export interface SyncInput {
  readonly v: 1;
  readonly connectionId: string;
  readonly streamId: string;
  readonly entity: Entity;
  readonly system: string;
  /** The request that this run was started for; another run may have answered it by the time this one starts. */
  readonly requestId?: string;
  readonly carry?: ExecutionCarry;
}

export type SyncResult =
  | { readonly outcome: 'completed' | 'partial'; readonly mode: SyncMode; readonly counts: SyncCounts }
  | { readonly outcome: 'skipped'; readonly mode: SyncMode; readonly reason: string };
