import type { StepTimings, SyncCounts, SyncMode } from '../../model/sync.ts';
import type { ExecutionRef } from '../execution-ref.ts';

export interface SyncStepInput {
  readonly execution: ExecutionRef;
  readonly connectionId: string;
  readonly streamId: string;
  readonly mode: SyncMode;
  /** The request that the run was started for. */
  readonly requestId?: string;
}

/** How a step ended. `counts` are those of the whole run so far, `step` those of this step. */
export type SyncStepResult =
  | { readonly state: 'more'; readonly counts: SyncCounts; readonly step: SyncCounts; readonly timings: StepTimings }
  | {
      readonly state: 'done';
      readonly outcome: 'completed' | 'partial';
      readonly counts: SyncCounts;
      readonly step: SyncCounts;
      readonly timings: StepTimings;
    }
  | { readonly state: 'skipped'; readonly reason: string }
  | { readonly state: 'busy'; readonly holder: string }
  | { readonly state: 'wait'; readonly waitMs: number; readonly reason: string };
