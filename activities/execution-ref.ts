/**
 * The execution that an activity works for. Each activity takes it in its one argument, so that the attempt recorder and
 * the claim know whom they serve; it is the same for a whole continue-as-new chain.
 */
export interface ExecutionRef {
  readonly id: string;
  readonly workflowId: string;
  readonly firstRunId: string;
  /** The workflow's type. */
  readonly kind: string;
  readonly connectionId?: string;
  readonly entity?: string;
  /** UTC instant with six digits. */
  readonly startedAt: string;
}
