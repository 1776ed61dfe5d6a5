import { expect, test } from 'vitest';
import type { Session } from '../../../connectors/connector.ts';
import type { Entity } from '../../../model/entities/registry.ts';
import type { ErrorCode } from '../../../model/errors/codes.ts';
import type { FlowsError } from '../../../model/errors/flows-error.ts';
import { declaredEntities, firstEntity } from './connector-files.ts';
import type { Fault } from './fault-proxy.ts';
import { everything, signal } from './reading.ts';
import type { Subject } from './subject.ts';

/** What is not answered within this is taken for gone. */
const patienceMs = 1_000;

/** What goes wrong on the way, and what the system itself refuses, is told apart by the taxonomy. */
export function testErrors(current: () => Subject): void {
  test.each(faults)('$title is told apart', async ({ fault, codes, retryAfterMs }) => {
    const subject = current();
    const session = subject.open({ settings: { first_byte_timeout_ms: patienceMs } });
    const entity = firstEntity(subject.connector);
    await readPage(session, entity);
    subject.proxy.fail(fault);
    const failure = await subject.failureOf(readPage(session, entity));
    expect(codes).toContain(failure.code);
    expect(failure.retryAfterMs).toBe(retryAfterMs);
    expectHelpful(failure);
  });

  test.each(faults.filter(({ atLogin }) => atLogin))('$title at the login is told apart', async ({ fault, codes }) => {
    const subject = current();
    const session = subject.open({ settings: { first_byte_timeout_ms: patienceMs } });
    subject.proxy.fail(fault);
    expect(codes).toContain((await subject.failureOf(session.check(signal))).code);
    subject.proxy.heal();
    await expect(session.check(signal)).resolves.toMatchObject({ fingerprint: expect.any(String) });
  });

  test('a position of another shape is an expired cursor', async () => {
    const subject = current();
    const session = subject.open();
    for (const entity of declaredEntities(subject.connector)) {
      for (const checkpoint of [{ planted: 'x' }, 'planted', [], 7]) {
        const request = { entity, selection: everything, checkpoint, pageSize: 7, signal };
        expect(await subject.failureOf(session.readPage(request))).toMatchObject({ code: 'cursor_expired' });
      }
    }
  });

  test("the system's own refusals are told apart, and end with their cause", async () => {
    const subject = current();
    const found: Record<string, ErrorCode> = {};
    for (const { title, entity, provoke, relieve, credentials, settings } of subject.system.refusals) {
      await provoke?.();
      try {
        const session = subject.open({ ...(credentials && { credentials }), ...(settings && { settings }) });
        const failure = await subject.failureOf(readPage(session, entity));
        found[title] = failure.code;
        expectHelpful(failure);
      } finally {
        await relieve?.();
      }
    }
    expect(found).toEqual(Object.fromEntries(subject.system.refusals.map(({ title, code }) => [title, code])));
    await readPage(subject.open(), firstEntity(subject.connector));
  });
}

/** Says what was asked of whom, and what to do: more than a status. */
function expectHelpful({ message }: FlowsError): void {
  expect(message.length).toBeGreaterThan(40);
  expect(message).not.toMatch(/\[object Object\]|undefined/);
}

async function readPage(session: Session, entity: Entity): Promise<void> {
  await session.readPage({ entity, selection: everything, checkpoint: null, pageSize: 7, signal });
}

interface FaultCase {
  readonly title: string;
  readonly fault: Fault;
  readonly codes: readonly ErrorCode[];
  readonly retryAfterMs?: number;
  readonly atLogin?: boolean;
}

const html = { 'content-type': 'text/html' };

const faults: readonly FaultCase[] = [
  { title: 'a refused login', fault: { kind: 'answer', status: 401 }, codes: ['authentication_failed'] },
  { title: 'a refused right', fault: { kind: 'answer', status: 403 }, codes: ['permission_denied'] },
  { title: 'a missing address', fault: { kind: 'answer', status: 404 }, codes: ['not_found', 'unsupported'] },
  {
    title: 'a rate limit',
    fault: { kind: 'answer', status: 429, headers: { 'retry-after': '3' } },
    codes: ['rate_limited'],
    retryAfterMs: 3_000,
    atLogin: true,
  },
  { title: 'a server error', fault: { kind: 'answer', status: 500 }, codes: ['system_error'], atLogin: true },
  ...[502, 503, 504].map((status): FaultCase => {
    return {
      title: `a ${status}`,
      fault: { kind: 'answer', status, headers: html },
      codes: ['system_unreachable'],
      atLogin: true,
    };
  }),
  {
    title: 'a page that is not of the system',
    fault: { kind: 'answer', status: 200, headers: html, body: '<html>Please sign in</html>' },
    codes: ['bad_response'],
    atLogin: true,
  },
  {
    title: 'JSON that is not of the system',
    fault: { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' },
    codes: ['bad_response'],
    atLogin: true,
  },
  {
    title: 'a redirect elsewhere',
    fault: { kind: 'answer', status: 302, headers: { location: 'http://erp.invalid/login' } },
    codes: ['bad_response'],
    atLogin: true,
  },
  { title: 'a closed connection', fault: { kind: 'cut' }, codes: ['system_unreachable'], atLogin: true },
  { title: 'an answer cut in its middle', fault: { kind: 'half' }, codes: ['system_unreachable', 'bad_response'] },
  { title: 'silence', fault: { kind: 'silence' }, codes: ['system_unreachable'], atLogin: true },
];
