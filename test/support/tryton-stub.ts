import type { IncomingMessage, ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

import type { PageRequest, Session } from '../../connectors/connector.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import type { Json } from '../../model/json.ts';
import { startTestServer } from './http/test-server.ts';

/** What the stub answers to a method: a result, an error inside HTTP 200, or a status with a body. */
export type Reply =
  | { readonly result: Json }
  | { readonly error: Json }
  | { readonly status: number; readonly body?: string };

export interface Call {
  readonly path: string;
  readonly method: string;
  readonly params: Json[];
  readonly authorization: string | undefined;
}

export interface Stub {
  readonly url: string;
  readonly calls: Call[];
}

export const unauthorized = { status: 401, body: '<h1>Unauthorized</h1><p>wrong credentials</p>' };

/** A server that speaks just enough of Tryton's protocol; `replies` overrule what it says by itself. */
export async function startStub(
  replies: (call: Call, calls: Call[]) => Reply | undefined,
  { series = '8.0' } = {},
): Promise<Stub> {
  const calls: Call[] = [];
  const rpcPath = series.startsWith('7') ? '/' : '/rpc/';
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { method, params } = JSON.parse(text) as { method: string; params: Json[] };
    const call = { path: request.url ?? '', method, params, authorization: request.headers.authorization };
    calls.push(call);
    const reply = replies(call, calls) ?? ownReply(call, { rpcPath, series });
    response.statusCode = 'status' in reply ? reply.status : 200;
    response.setHeader('content-type', 'status' in reply ? 'text/html' : 'application/json');
    response.end('status' in reply ? (reply.body ?? '') : JSON.stringify({ id: 1, ...reply }));
  };
  const server = await startTestServer((request, response) => void listener(request, response));
  onTestFinished(() => server.close());
  return { url: server.url, calls };
}

function ownReply({ path, method }: Call, { rpcPath, series }: { rpcPath: string; series: string }): Reply {
  if (method === 'common.server.version') return path === rpcPath ? { result: series } : { status: 401 };
  if (path !== `/erp${rpcPath}`) return { status: 404 };
  if (method === 'common.db.login') return { result: [7, 'key', null] };
  if (method === 'model.res.user.get_preferences') return { result: { company: 3, language: 'en', locale: { x: 1 } } };
  if (method.endsWith('.fields_get')) return { result: {} };
  return { result: method === 'common.db.logout' ? null : [] };
}

export function open(url: string, { settings = {}, profile = {} } = {}): Session {
  const session = tryton.open({
    settings: { url, database: 'erp', ...settings },
    credentials: { user: 'flows', password: 'secret-password' },
    profile,
  });
  onTestFinished(() => session.close());
  return session;
}

export const signal = new AbortController().signal;
export const firstPage: PageRequest = {
  entity: 'location',
  selection: { kind: 'snapshot', documentsFrom: null },
  checkpoint: null,
  pageSize: 10,
  signal,
};
