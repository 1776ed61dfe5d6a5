import { expect, test } from 'vitest';
import { createSharedLogin } from '../../connectors/http/single-flight.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';

const signal = new AbortController().signal;
const refused = new FlowsError('authentication_failed', 'refused');

/** Logins that count themselves: `token 1`, `token 2`, … */
function counted(): { logIn: () => Promise<string>; count: () => number } {
  let count = 0;
  return {
    logIn: async () => {
      count += 1;
      return `token ${count}`;
    },
    count: () => count,
  };
}

test('all waiting callers share one login', async () => {
  const { logIn, count } = counted();
  const login = createSharedLogin(logIn);
  const tokens = await Promise.all([1, 2, 3].map(() => login.run(signal, async (token) => token)));
  expect(tokens).toEqual(['token 1', 'token 1', 'token 1']);
  expect(count()).toBe(1);
});

test('an expired login is made anew once, for all who found it expired', async () => {
  const { logIn, count } = counted();
  const login = createSharedLogin(logIn);
  const call = async (token: string): Promise<string> => {
    if (token === 'token 1') throw refused;
    return token;
  };
  expect(await Promise.all([1, 2, 3].map(() => login.run(signal, call)))).toEqual(['token 2', 'token 2', 'token 2']);
  expect(count()).toBe(2);
});

test('a call that fails with a fresh login too is not tried a third time', async () => {
  const { logIn, count } = counted();
  let calls = 0;
  const run = createSharedLogin(logIn).run(signal, async () => {
    calls += 1;
    throw refused;
  });
  await expect(run).rejects.toBe(refused);
  expect([calls, count()]).toEqual([2, 2]);
});

test('refused credentials are not offered a second time', async () => {
  let logins = 0;
  const login = createSharedLogin<string>(async () => {
    logins += 1;
    throw refused;
  });
  for (let call = 0; call < 3; call += 1) await expect(login.run(signal, async (token) => token)).rejects.toBe(refused);
  expect(logins).toBe(1);
});

test('a login that failed otherwise is tried again by the next call', async () => {
  let logins = 0;
  const login = createSharedLogin(async () => {
    logins += 1;
    if (logins === 1) throw new FlowsError('system_unreachable', 'down');
    return 'token';
  });
  await expect(login.run(signal, async (token) => token)).rejects.toMatchObject({ code: 'system_unreachable' });
  expect(await login.run(signal, async (token) => token)).toBe('token');
});

test('a caller that is aborted stops waiting, and the others get the login', async () => {
  let give: (token: string) => void = () => undefined;
  const login = createSharedLogin(() => new Promise<string>((resolve) => (give = resolve)));
  const impatient = new AbortController();
  const first = login.run(impatient.signal, async (token) => token);
  const second = login.run(signal, async (token) => token);
  impatient.abort(new Error('enough'));
  await expect(first).rejects.toThrowError('enough');
  give('token');
  expect(await second).toBe('token');
});

test('closing ends a login under way and gives back one that was made', async () => {
  const made = createSharedLogin(async () => 'token');
  await made.run(signal, async (token) => token);
  expect(await made.close()).toBe('token');

  const hanging = createSharedLogin<string>(
    (ending) => new Promise((_, reject) => ending.addEventListener('abort', () => reject(new Error('ended')))),
  );
  const run = hanging.run(signal, async (token) => token);
  expect(await hanging.close()).toBeUndefined();
  await expect(run).rejects.toThrowError('ended');
});
