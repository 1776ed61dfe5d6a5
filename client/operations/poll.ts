import { setTimeout as delay } from 'node:timers/promises';
import { FlowsError } from '../../model/errors/flows-error.ts';

/** How something that goes on elsewhere is followed. */
export interface FollowOptions {
  readonly intervalMs?: number;
  /** After that it is no longer followed; it goes on. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const intervalMsDefault = 500;
const timeoutMsDefault = 24 * 3_600_000;

/** Looks again and again until `look` gives an answer. Throws `invalid_state` when the time is over, and the signal's reason. */
export async function poll<T>(look: () => Promise<T | undefined>, options: FollowOptions): Promise<T> {
  const { intervalMs = intervalMsDefault, timeoutMs = timeoutMsDefault, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) {
      throw new FlowsError(
        'invalid_state',
        `It has not ended within ${Math.round(timeoutMs / 1_000)} s and goes on. See "flows status".`,
      );
    }
    await delay(intervalMs, undefined, signal ? { signal } : {});
  }
}
