import { expect, test } from 'vitest';
import type { PageRequest } from '../../../connectors/connector.ts';
import { entities } from '../../../model/entities/registry.ts';
import { waitUntil } from '../../../platform/local/wait.ts';
import { declaredEntities, firstEntity } from './connector-files.ts';
import { everything, signal } from './reading.ts';
import type { SystemHarness } from './harness.ts';
import type { Subject } from './subject.ts';

const loginTriesMax = 2;
const closeTimeoutMs = 10_000;

/** Login, check, abort and close. */
export function testSessions(current: () => Subject, harness: SystemHarness): void {
  testLogins(current, harness);
  testAborts(current);

  test('opening sends nothing, and closing leaves no connection', async () => {
    const subject = current();
    const before = subject.proxy.requests();
    const unused = subject.open();
    await unused.close();
    expect(subject.proxy.requests()).toBe(before);
    const used = subject.open();
    await Promise.all([1, 2, 3].map(() => used.readPage({ ...page(subject), signal })));
    expect(subject.proxy.openConnections()).toBeGreaterThan(0);
    await used.close();
    const isClosed = () => (subject.proxy.openConnections() === 0 ? true : undefined);
    expect(await waitUntil(isClosed, { timeoutMs: closeTimeoutMs, intervalMs: 10 })).toBe(true);
  });

  test('an entity that is not declared is unsupported', async () => {
    const subject = current();
    const session = subject.open();
    for (const entity of entities.filter((name) => !declaredEntities(subject.connector).includes(name))) {
      const failure = await subject.failureOf(session.readPage({ ...page(subject), entity, signal }));
      expect(failure).toMatchObject({ code: 'unsupported' });
    }
  });
}

function testLogins(current: () => Subject, { loginsDoNotExpire }: SystemHarness): void {
  test('a check finds every declared entity readable, and the same account in every session', async () => {
    const subject = current();
    const check = await subject.open().check(signal);
    const again = await subject.open().check(signal);
    expect(check.fingerprint).not.toBe('');
    expect(again).toEqual(check);
    expect(check.systemVersion).not.toBe('');
    const readable = declaredEntities(subject.connector).map((entity) => [entity, { readable: true }]);
    expect(check.entities).toEqual(Object.fromEntries(readable));
    subject.expectNoSecretIn(JSON.stringify(check));
  });

  test('a wrong login is an authentication failure, and is offered at most twice', async () => {
    const subject = current();
    const session = subject.open({ credentials: subject.system.wrongCredentials });
    const before = subject.proxy.refusals();
    // Without a login each call has to show the credentials; the engine stops after the first refusal.
    const calls = loginsDoNotExpire === undefined ? loginTriesMax + 1 : 1;
    for (let call = 0; call < calls; call += 1) {
      expect(await subject.failureOf(session.check(signal))).toMatchObject({ code: 'authentication_failed' });
    }
    expect(subject.proxy.refusals() - before).toBeLessThanOrEqual(loginTriesMax);
  });

  test(`a login that has expired is made anew for all callers: ${loginsDoNotExpire ?? 'shown'}`, async () => {
    if (loginsDoNotExpire !== undefined) return expect(loginsDoNotExpire.length).toBeGreaterThan(20);
    const subject = current();
    const session = subject.open();
    const read = () => session.readPage({ ...page(subject), signal });
    const before = await read();
    subject.proxy.expireLogins();
    expect(await Promise.all([read(), read(), read()])).toEqual([before, before, before]);
  });

  test('the clock, where there is one, is a stamp', async () => {
    const subject = current();
    const now = await subject.open().now(signal);
    expect(now === null || subject.connector.stamps.toInstant(now) !== '').toBe(true);
  });
}

function testAborts(current: () => Subject): void {
  test('a call that was aborted before fails with the reason and sends nothing', async () => {
    const subject = current();
    const session = subject.open();
    const before = subject.proxy.requests();
    const reason = new Error('planted reason');
    await expect(session.readPage({ ...page(subject), signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(subject.proxy.requests()).toBe(before);
  });

  test('an abort ends a read that the system does not answer, and the session goes on', async () => {
    const subject = current();
    const session = subject.open();
    const before = await session.readPage({ ...page(subject), signal });
    const stopping = new AbortController();
    const reason = new Error('planted reason');
    const silenced = subject.proxy.silenced();
    subject.proxy.fail({ kind: 'silence' });
    const read = expect(session.readPage({ ...page(subject), signal: stopping.signal })).rejects.toBe(reason);
    await silenced;
    stopping.abort(reason);
    await read;
    subject.proxy.heal();
    expect(await session.readPage({ ...page(subject), signal })).toEqual(before);
  });
}

/** A page of the first entity. */
function page({ connector }: Subject): Omit<PageRequest, 'signal'> {
  return { entity: firstEntity(connector), selection: everything, checkpoint: null, pageSize: 7 };
}
