import { FlowsError } from '../../model/errors/flows-error.ts';

/** One login for all callers of a session. */
export interface SharedLogin<Login> {
  /**
   * Runs `call` with the login, which is made first when there is none; all callers wait for the same one. When `call`
   * throws `authentication_failed`, the login has expired: it is made anew (once for all who found it expired) and `call`
   * runs a second and last time. A caller that is aborted stops waiting; the login goes on for the others.
   */
  run<Result>(signal: AbortSignal, call: (login: Login) => Promise<Result>): Promise<Result>;
  /** The login, if one was made and is not known to have expired; a login under way is ended. Nothing runs afterwards. */
  close(): Promise<Login | undefined>;
}

/**
 * Shares one login. A login that the system refuses with `authentication_failed` is not tried again: the same
 * credentials would be refused again and might lock the account. Any other failure is forgotten with its callers.
 */
export function createSharedLogin<Login>(logIn: (signal: AbortSignal) => Promise<Login>): SharedLogin<Login> {
  const ending = new AbortController();
  let current: Promise<Login> | undefined;

  function forget(login: Promise<Login>): void {
    if (current === login) current = undefined;
  }

  function share(): Promise<Login> {
    if (current) return current;
    const login = logIn(ending.signal);
    current = login;
    login.catch((error: unknown) => {
      if (!isRefusal(error)) forget(login);
    });
    return login;
  }

  return {
    async run(signal, call) {
      signal.throwIfAborted();
      const login = share();
      const first = await waitFor(login, signal);
      try {
        return await call(first);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        forget(login);
        return await call(await waitFor(share(), signal));
      }
    },
    async close() {
      ending.abort();
      return await current?.catch(() => undefined);
    },
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof FlowsError && error.code === 'authentication_failed';
}

async function waitFor<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // A signal's reason may be any value; it is passed on as it is.
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
