interface Kind {
  /** A full run without a test of this kind fails. */
  readonly required: boolean;
  /** Starts processes or worlds of its own: one file at a time, and no other kind beside it. */
  readonly alone: boolean;
  /** Needs what `test/support/global-setup.ts` starts. */
  readonly servers: boolean;
  readonly timeoutMs: number;
}

/** The kinds of tests, in the order in which they run. Each is a folder `test/<kind>/` and a project of vitest. */
export const kinds = {
  unit: { required: true, alone: false, servers: false, timeoutMs: 60_000 },
  contract: { required: true, alone: false, servers: false, timeoutMs: 60_000 },
  replay: { required: true, alone: false, servers: false, timeoutMs: 60_000 },
  workflow: { required: true, alone: true, servers: true, timeoutMs: 60_000 },
  integration: { required: true, alone: true, servers: true, timeoutMs: 60_000 },
  simulation: { required: false, alone: true, servers: true, timeoutMs: 60_000 },
  chaos: { required: true, alone: true, servers: true, timeoutMs: 180_000 },
} as const satisfies Readonly<Record<string, Kind>>;
