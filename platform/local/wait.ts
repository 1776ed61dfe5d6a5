import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks `check` until it answers anything but undefined, and returns that; undefined once `timeoutMs` have passed.
 * What `check` throws, and an aborted `signal`, end the wait with that error.
 */
export async function waitUntil<Answer>(
  check: () => Promise<Answer | undefined> | Answer | undefined,
  options: { readonly timeoutMs: number; readonly intervalMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Answer | undefined> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await check();
    if (answer !== undefined) return answer;
    if (performance.now() >= deadline) return undefined;
    await delay(options.intervalMs, undefined, options.signal ? { signal: options.signal } : {});
  }
}
