import * as z from 'zod';
import { type Answer, Refusal } from './http-answer.ts';
import type { PageShape } from './paging.ts';

/** Which requests a fault can hit; `write` are writes of the control API, `clock` is no request at all. */
export type FaultScope = 'any' | 'data' | 'page' | 'write' | 'clock';

/** What a request is to faults, to permissions and to the access log. */
export interface FaultTarget {
  /** A resource, or `login`, `logout`, `system`, `deletions`, `unknown`. */
  readonly name: string;
  /** Asks for records or deletions. */
  readonly data: boolean;
  /** Asks for a list of them. */
  readonly page: boolean;
  readonly url: string;
  /** Sends a continuation token. */
  readonly continued: boolean;
}

/** What an active fault does to a request that it hits. */
export type FaultEffect =
  | { readonly kind: 'cut' }
  | { readonly kind: 'refuse_connections' }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | AnswerEffect
  | { readonly kind: 'shape'; readonly shape: PageShape }
  | { readonly kind: 'transform'; transform(answer: Answer): Answer }
  | { readonly kind: 'drop_sessions' }
  | { readonly kind: 'hold'; readonly holdMs: number }
  | { readonly kind: 'skew'; readonly offsetMs: number };

/** Answers instead of the ERP, before or after the session is checked; undefined: not this request. */
export interface AnswerEffect {
  readonly kind: 'answer';
  readonly stage: 'before_session' | 'after_session';
  answer(target: FaultTarget): Answer | undefined;
}

/** One scripted fault: what it can hit and what its parameters make it do. */
export interface Scenario {
  readonly scope: FaultScope;
  /** How often it strikes when the caller does not say; null: until cleared. */
  readonly times: number | null;
  /** Checks the parameters and builds the effect. */
  prepare(parameters: unknown): FaultEffect | Promise<FaultEffect>;
}

/** Defines a scenario from the schema of its parameters. */
export function defineScenario<Schema extends z.ZodType>(
  scope: FaultScope,
  options: {
    parameters: Schema;
    times?: number;
    effect(parameters: z.output<Schema>): FaultEffect | Promise<FaultEffect>;
  },
): Scenario {
  return {
    scope,
    times: options.times ?? null,
    prepare: (parameters) => options.effect(parseBody(options.parameters, parameters)),
  };
}

/** Checks a body against its schema; refuses with what is wrong and where. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new Refusal(400, { code: 'bad_body', message: z.prettifyError(result.error) });
}
