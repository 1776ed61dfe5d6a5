import { expect, test } from 'vitest';

import type { Json } from '../../model/json.ts';
import { firstPage, open, startStub, unauthorized } from '../support/tryton-stub.ts';

test.each<[string, Json, string]>([
  [
    'no right',
    ['UserError', ['You are not allowed to access "Purchase".', 'Within groups: ', null]],
    'permission_denied',
  ],
  [
    'no right to a field',
    ['UserError', ['You are not allowed to access "Party.Name".', '', null]],
    'permission_denied',
  ],
  [
    'unknown ids',
    ['UserError', ['You are trying to read records "7" of "Party" that don\'t exist.', '', null]],
    'not_found',
  ],
  [
    'a missing value',
    ['UserError', ['A value is required for field "Party" in "Purchase".', '', null]],
    'validation_failed',
  ],
  ['a question', ['UserWarning', ['stock.inventory,1', 'Are you sure?', '']], 'needs_confirmation'],
  ['a changed record', ['ConcurrencyException', ['Records were modified in the meanwhile']], 'version_conflict'],
  ['a login to repeat', ['LoginException', ['password', 'Password', 'password']], 'authentication_failed'],
  ['too many logins', ['RateLimitException', []], 'rate_limited'],
  ['an unknown model', ["'no.model'", ''], 'unsupported'],
  ['an unknown field', ["'nope'", 'Traceback'], 'unsupported'],
  ['a lost database', ['server closed the connection unexpectedly', ''], 'system_unreachable'],
  ['a fault', ['division by zero', 'Traceback: secret'], 'system_error'],
])('an answer of HTTP 200 that says %s is an error', async (_, error, code) => {
  const stub = await startStub(({ method }) => (method.endsWith('search_read') ? { error } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code, upstream: { system: 'tryton' } });
});

test('a traceback is not kept', async () => {
  const stub = await startStub(({ method }) =>
    method.endsWith('search_read') ? { error: ['division by zero', 'Traceback: line 1'] } : undefined,
  );
  const error: unknown = await open(stub.url)
    .readPage(firstPage)
    .catch((reason: unknown) => reason);
  expect(JSON.stringify(error) + String(error)).not.toContain('Traceback');
});

test('too many failed logins are rate_limited with a wait, without a Retry-After', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? { status: 429 } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 300_000,
  });
});

test('no message holds the password or the session', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? unauthorized : undefined));
  const error: unknown = await open(stub.url)
    .readPage(firstPage)
    .catch((reason: unknown) => reason);
  expect(String(error)).toContain('common.db.login');
  expect(JSON.stringify(error) + String(error)).not.toContain('secret-password');
});

test('a 404 at login is an outage: Tryton says it while its database is down', async () => {
  const stub = await startStub(({ method }) => (method === 'common.db.login' ? { status: 404 } : undefined));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'system_unreachable' });
});

test('an address where no Tryton answers is told apart from an outage', async () => {
  const stub = await startStub(({ method }) =>
    method === 'common.server.version' ? { status: 200, body: '<html>shop</html>' } : undefined,
  );
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'bad_response' });
});

test('a gateway without its Tryton is an outage', async () => {
  const stub = await startStub(() => ({ status: 503 }));
  await expect(open(stub.url).readPage(firstPage)).rejects.toMatchObject({ code: 'system_unreachable' });
});
