import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Erp } from './erp.ts';
import type { FaultEffect, FaultTarget } from './fault-effects.ts';
import { type Answer, errorAnswer, Refusal } from './http-answer.ts';
import { cutConnection, deliver, pause, type Sent } from './http-delivery.ts';
import type { PageShape } from './paging.ts';
import { type ErpRequest, answerData, answerLogin, answerSystem } from './reads.ts';
import { resourceNames } from './records/resource.ts';
import type { UserName } from './sessions.ts';
import { stampOf } from './stamps.ts';

/** Answers one request of an ERP user, through the active faults, and logs it. */
export async function serveErp(
  erp: Erp,
  options: { request: IncomingMessage; response: ServerResponse; url: URL },
): Promise<void> {
  const { request, response, url } = options;
  erp.database.held.settle(erp.clock.now());
  const at = stampOf(erp.now());
  const call: ErpRequest = { request, url, ...placeOf(url) };
  const target = targetOf(call, request.url ?? '/');
  const effects = erp.faults.strike(target);
  const user: { name: UserName | null } = { name: null };
  let sent: Sent = { status: 0, bytes: 0 };
  try {
    sent = await serveThrough(erp, { call, target, effects, response, user });
  } finally {
    const method = request.method ?? 'GET';
    const entry = { at, method, path: url.pathname, query: url.search.slice(1), ...sent, user: user.name };
    erp.accessLog.add(entry, target.name);
  }
}

interface Served {
  readonly call: ErpRequest;
  readonly target: FaultTarget;
  readonly effects: readonly FaultEffect[];
  readonly response: ServerResponse;
  /** Set once the session is known, for the log. */
  readonly user: { name: UserName | null };
}

async function serveThrough(erp: Erp, served: Served): Promise<Sent> {
  if (served.effects.some((effect) => effect.kind === 'cut')) return cutConnection(served.response);
  for (const effect of served.effects) {
    if (effect.kind === 'delay') await pause(served.response, effect.delayMs);
    if (effect.kind === 'drop_sessions') erp.sessions.dropAll();
  }
  const healthy = await answerOf(erp, served).catch(errorAnswer);
  const answer = served.effects.reduce(
    (current, effect) => (effect.kind === 'transform' ? effect.transform(current) : current),
    healthy,
  );
  return deliver(served.response, answer);
}

async function answerOf(erp: Erp, served: Served): Promise<Answer> {
  const { call, target } = served;
  const early = faultAnswer(served, 'before_session');
  if (early !== undefined) return early;
  const method = call.request.method;
  if (target.name === 'login') return answerLogin(erp, requireMethod(call, 'POST'));
  const authorization = call.request.headers.authorization;
  const user = erp.sessions.authenticate(authorization);
  served.user.name = user;
  if (target.name === 'logout' && method === 'POST') {
    erp.sessions.logout(authorization);
    return { status: 204, body: Buffer.alloc(0) };
  }
  requireMethod(call, target.name === 'logout' ? 'POST' : 'GET');
  if (target.name === 'system') return answerSystem(erp, user);
  const late = faultAnswer(served, 'after_session');
  if (late !== undefined) return late;
  return answerData(erp, { call, user, shape: shapeOf(served.effects) });
}

function faultAnswer(served: Served, stage: 'before_session' | 'after_session'): Answer | undefined {
  for (const effect of served.effects) {
    const answer = effect.kind === 'answer' && effect.stage === stage ? effect.answer(served.target) : undefined;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function shapeOf(effects: readonly FaultEffect[]): PageShape {
  return Object.assign({}, ...effects.map((effect) => (effect.kind === 'shape' ? effect.shape : {})));
}

function requireMethod(call: ErpRequest, method: 'GET' | 'POST'): ErpRequest {
  if (call.request.method === method) return call;
  throw new Refusal(405, {
    code: 'method_not_allowed',
    message: `${call.url.pathname} takes ${method} only.`,
    headers: { allow: method },
  });
}

function placeOf(url: URL): { first: string; id: string | null; extra: boolean } {
  const [first = '', id, ...rest] = url.pathname.slice(1).split('/');
  return { first, id: id === undefined ? null : decodePart(id), extra: rest.length > 0 };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function targetOf(call: ErpRequest, url: string): FaultTarget {
  const known = [...resourceNames, 'login', 'logout', 'system', 'deletions'].find((name) => name === call.first);
  const name = known === undefined || call.extra ? 'unknown' : known;
  const data = name === 'deletions' || resourceNames.some((resource) => resource === name);
  return { name, data, page: data && call.id === null, url, continued: call.url.searchParams.has('token') };
}
