import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, type SandboxClient, startSandboxClient } from '../support/sandbox-erp-client.ts';

describe('sessions of the sandbox ERP', () => {
  let client: SandboxClient;
  beforeEach(async () => {
    client = await startSandboxClient({ records: 20, sessionTtlMs: 60_000 });
  });
  afterEach(() => client.erp.close());

  it('refuses a wrong password with 401', async () => {
    const answer = await client.login('demo', 'wrong');
    expect([answer.status, codeOf(answer)]).toEqual([401, 'bad_credentials']);
  });

  it('locks a user for the rest of the minute after five wrong tries, and then opens again', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) await client.login('demo', 'wrong');
    const locked = await client.login('demo');
    expect([locked.status, locked.headers['retry-after']]).toEqual([429, '60']);
    expect((await client.login('limited')).status).toBe(200);
    await client.control('POST', 'clock', { advanceMs: 60_001 });
    expect((await client.login('demo')).status).toBe(200);
  });

  it('ends a session at its time', async () => {
    await client.control('POST', 'clock', { advanceMs: 59_999 });
    expect((await client.raw('GET', '/system')).status).toBe(200);
    await client.control('POST', 'clock', { advanceMs: 1 });
    const answer = await client.raw('GET', '/system');
    expect([answer.status, codeOf(answer)]).toEqual([401, 'session_expired']);
  });

  it.each([
    [{ authorization: '' }, 'session_missing'],
    [{ authorization: 'Bearer s_guess' }, 'session_unknown'],
  ])('refuses %o with %s', async (headers, code) => {
    expect(codeOf(await client.raw('GET', '/suppliers', { headers }))).toBe(code);
  });

  it('ends a session by logout', async () => {
    expect((await client.raw('POST', '/logout')).status).toBe(204);
    expect(codeOf(await client.raw('GET', '/system'))).toBe('session_unknown');
  });

  it('refuses the old password once it was changed', async () => {
    await client.control('POST', 'settings', { password: 'another' });
    expect((await client.login('demo', 'another')).status).toBe(200);
    expect((await client.login('demo', client.erp.users.demo)).status).toBe(401);
  });

  it('keeps work orders from the limited user and says so in its permissions', async () => {
    await client.loginAs('limited');
    expect((await client.raw('GET', '/work-orders')).status).toBe(403);
    expect((await client.raw('GET', '/work-orders/WO000001')).status).toBe(403);
    expect((await client.raw('GET', '/deletions?resource=work-orders')).status).toBe(403);
    expect((await client.raw('GET', '/suppliers')).status).toBe(200);
    const system = JSON.parse((await client.raw('GET', '/system')).body.toString()) as {
      Permissions: Record<string, string>;
    };
    expect(system.Permissions).toMatchObject({ 'work-orders': 'NONE', suppliers: 'READ' });
  });

  it('takes only the named methods', async () => {
    expect((await client.raw('DELETE', '/suppliers/SUP000001')).status).toBe(405);
    expect((await client.raw('GET', '/login')).headers.allow).toBe('POST');
  });

  it('refuses control calls without the control token', async () => {
    const answer = await client.raw('GET', '/control/state', { headers: { 'x-control-token': 'guess' } });
    expect(answer.status).toBe(403);
  });
});
