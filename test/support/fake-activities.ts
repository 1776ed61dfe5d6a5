import { Context } from '@temporalio/activity';
import type { Dependencies } from '../../activities/dependencies.ts';
import { type Activities, createActivities } from '../../activities/index.ts';

/** Activities of a test: each gets and gives what the real one of that name does. */
export type Fakes = Partial<Activities>;

/** A call that an activity got: its name, its one argument, and when the server says the attempt was scheduled. */
export interface FakeCall {
  readonly name: keyof Activities;
  readonly input: { readonly [key: string]: unknown; readonly execution?: { readonly id: string } };
  readonly atMs: number;
}

export interface FakeActivities {
  /** For the worker. */
  readonly activities: Activities;
  /**
   * Gives the workflows whose id holds `about`, between slashes, these activities; one that is left out does nothing. Returns the calls,
   * oldest first; the array grows.
   */
  fake(about: string, fakes: Fakes): readonly FakeCall[];
}

/** Activities whose doings are said by each test, so that tests share a worker. */
export function createFakeActivities(): FakeActivities {
  const plays = new Map<string, { fakes: Fakes; calls: FakeCall[] }>();
  // Only the names are of interest: none of these is ever called.
  const names = Object.keys(createActivities({} as Dependencies)) as (keyof Activities)[];

  const perform = async (name: keyof Activities, input: FakeCall['input']): Promise<unknown> => {
    const { info } = Context.current();
    const workflowId = info.workflowExecution?.workflowId ?? '';
    const play = [...plays].find(([about]) => `/${workflowId}/`.includes(`/${about}/`))?.[1];
    if (!play) throw new Error(`no test has given the workflow ${workflowId} activities`);
    play.calls.push({ name, input, atMs: info.currentAttemptScheduledTimestampMs });
    const fake = play.fakes[name] as ((input: FakeCall['input']) => Promise<unknown>) | undefined;
    return fake?.(input);
  };

  return {
    activities: Object.fromEntries(
      names.map((name) => [name, (input: FakeCall['input']) => perform(name, input)]),
    ) as unknown as Activities,
    fake(about, fakes) {
      const calls: FakeCall[] = [];
      plays.set(about, { fakes, calls });
      return calls;
    },
  };
}

/** Within an activity whose workflow was cancelled: learns of it and ends as cancelled. */
export function cancelledHere(): Promise<never> {
  const context = Context.current();
  context.heartbeat();
  return context.cancelled;
}
