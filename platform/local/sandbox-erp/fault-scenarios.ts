import * as z from 'zod';
import { answerScenarios } from './fault-answers.ts';
import { defineScenario, type Scenario } from './fault-effects.ts';
import { pageScenarios } from './fault-pages.ts';

const duration = z.number().int().min(0).max(600_000);

const otherScenarios = {
  outage: defineScenario('any', {
    parameters: z.strictObject({ mode: z.enum(['destroy', 'refuse']).default('destroy') }),
    effect: ({ mode }) => ({ kind: mode === 'refuse' ? 'refuse_connections' : 'cut' }),
  }),
  slow: defineScenario('any', {
    parameters: z.union([
      z.strictObject({ delayMs: duration }),
      z.strictObject({ dripBytes: z.number().int().min(1), dripEveryMs: duration }),
    ]),
    effect: (given) =>
      'delayMs' in given
        ? { kind: 'delay', delayMs: given.delayMs }
        : { kind: 'transform', transform: (answer) => ({ ...answer, delivery: { ...answer.delivery, ...given } }) },
  }),
  session_expiry: defineScenario('data', {
    parameters: z.strictObject({}),
    times: 1,
    effect: () => ({ kind: 'drop_sessions' }),
  }),
  late_commit: defineScenario('write', {
    parameters: z.strictObject({ holdMs: z.number().int().min(1) }),
    effect: ({ holdMs }) => ({ kind: 'hold', holdMs }),
  }),
  clock_skew: defineScenario('clock', {
    parameters: z.strictObject({ offsetMs: z.number().int() }),
    effect: ({ offsetMs }) => ({ kind: 'skew', offsetMs }),
  }),
};

/** Every scripted fault by its name in the wire document. */
export const scenarios = { ...otherScenarios, ...answerScenarios, ...pageScenarios } satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
