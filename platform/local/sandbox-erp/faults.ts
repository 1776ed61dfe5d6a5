import * as z from 'zod';
import { type FaultEffect, type FaultScope, type FaultTarget, parseBody } from './fault-effects.ts';
import { type ScenarioName, scenarios } from './fault-scenarios.ts';
import { Refusal } from './http-answer.ts';

/** The scripted faults that are active now. */
export interface Faults {
  /** Activates a fault from the body of a control call. */
  add(body: unknown): Promise<AddedFault>;
  /** Ends one fault, or all. */
  clear(id?: string): number;
  list(): { id: string; scenario: ScenarioName; hits: number }[];
  /** What the active faults do to this request; counts it for `after` and `times`. */
  strike(target: FaultTarget): FaultEffect[];
  /** How long the control write that asks must stay invisible; counts it. */
  takeHoldMs(): number | null;
  skewMs(): number;
}

/** A fault that was activated; `refuseMs` asks the server to close its listener for so long. */
export interface AddedFault {
  readonly id: string;
  readonly scenario: ScenarioName;
  readonly refuseMs: number | null;
}

interface ActiveFault {
  readonly id: string;
  readonly scenario: ScenarioName;
  readonly scope: FaultScope;
  readonly effect: FaultEffect;
  readonly resource: string | null;
  readonly after: number;
  readonly times: number;
  readonly endsAt: number;
  seen: number;
  hits: number;
}

const maxFaults = 100;
const count = z.number().int().min(0);
const commonSchema = z.looseObject({
  scenario: z.enum(Object.keys(scenarios) as [ScenarioName, ...ScenarioName[]]),
  resource: z.string().optional(),
  after: count.default(0),
  times: count.min(1).optional(),
  forMs: count.min(1).max(600_000).optional(),
});

/** Creates the registry; `realNow` in milliseconds ends faults that have a duration. */
export function createFaults(options: { realNow: () => number }): Faults {
  let active: ActiveFault[] = [];
  let added = 0;
  const alive = (): ActiveFault[] => {
    active = active.filter((fault) => fault.hits < fault.times && fault.endsAt > options.realNow());
    return active;
  };
  const strikeWhere = (hit: (fault: ActiveFault) => boolean): FaultEffect[] =>
    alive()
      .filter(hit)
      .filter(countHit)
      .map((fault) => fault.effect);
  return {
    async add(body) {
      const { scenario, resource, after, times, forMs, ...parameters } = parseBody(commonSchema, body);
      const effect = await scenarios[scenario].prepare(parameters);
      const id = `fault-${++added}`;
      if (effect.kind === 'refuse_connections') {
        return { id, scenario, refuseMs: requireDuration(forMs) };
      }
      if (alive().length >= maxFaults) {
        throw new Refusal(400, { code: 'bad_body', message: `${maxFaults} faults are active; clear some.` });
      }
      const { scope, times: usualTimes } = scenarios[scenario];
      active.push({
        id,
        scenario,
        scope,
        effect,
        resource: resource ?? null,
        after,
        times: times ?? usualTimes ?? Number.POSITIVE_INFINITY,
        endsAt: forMs === undefined ? Number.POSITIVE_INFINITY : options.realNow() + forMs,
        seen: 0,
        hits: 0,
      });
      return { id, scenario, refuseMs: null };
    },
    clear(id) {
      const before = active.length;
      active = id === undefined ? [] : active.filter((fault) => fault.id !== id);
      return before - active.length;
    },
    list: () => alive().map(({ id, scenario, hits }) => ({ id, scenario, hits })),
    strike: (target) => strikeWhere((fault) => concerns(fault, target)),
    takeHoldMs() {
      const holds = strikeWhere((fault) => fault.scope === 'write').map((effect) =>
        effect.kind === 'hold' ? effect.holdMs : 0,
      );
      return holds.length === 0 ? null : Math.max(...holds);
    },
    skewMs: () => alive().reduce((sum, fault) => sum + (fault.effect.kind === 'skew' ? fault.effect.offsetMs : 0), 0),
  };
}

function concerns(fault: ActiveFault, target: FaultTarget): boolean {
  if (fault.resource !== null && fault.resource !== target.name) return false;
  if (fault.scope === 'any') return true;
  return (fault.scope === 'data' && target.data) || (fault.scope === 'page' && target.page);
}

function countHit(fault: ActiveFault): boolean {
  fault.seen += 1;
  if (fault.seen <= fault.after) return false;
  fault.hits += 1;
  return true;
}

function requireDuration(forMs: number | undefined): number {
  if (forMs !== undefined) return forMs;
  throw new Refusal(400, {
    code: 'bad_body',
    message: 'outage with mode "refuse" needs forMs: nothing can reach a closed listener.',
  });
}
