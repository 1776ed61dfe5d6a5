import { withLock } from '../../../platform/local/lock.ts';

/** Takes the lock and never gives it back; resolves once it is held. */
export function holdLock({ file }: { readonly file: string }): Promise<{ readonly held: true }> {
  return new Promise((resolve, reject) => {
    withLock(file, () => new Promise<never>(() => resolve({ held: true })), { timeoutMs: 10_000 }).catch(reject);
  });
}
