import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What happens to a request instead of the system's answer. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** The connection is closed without an answer. */
  | { readonly kind: 'cut' }
  /** The system's answer is cut in its middle. */
  | { readonly kind: 'half' }
  /** Nothing is answered, ever. */
  | { readonly kind: 'silence' };

/** Stands between a connector and its system: hands on every request, counts, and breaks what it is told to. */
export interface FaultProxy {
  readonly url: string;
  /** Breaks all requests until `heal`. */
  fail(fault: Fault): void;
  heal(): void;
  /** From now on 401 for every login that was seen so far, by its `authorization` or `cookie` header. */
  expireLogins(): void;
  /** Requests since the start. */
  requests(): number;
  /** Answers with status 401 or 403, of the system itself, since the start. */
  refusals(): number;
  /** Connections that the connector holds open now. */
  openConnections(): number;
  /** Resolves when a request has arrived that is not answered. */
  silenced(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const system = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const connections = new Set<Socket>();
  const seenLogins = new Set<string>();
  const expiredLogins = new Set<string>();
  let fault: Fault | null = null;
  let requests = 0;
  let refusals = 0;
  let onSilenced: () => void = () => undefined;

  function faultFor({ headers }: IncomingMessage): Fault | null {
    const login = headers.authorization ?? headers.cookie;
    if (login !== undefined) seenLogins.add(login);
    return login !== undefined && expiredLogins.has(login) ? { kind: 'answer', status: 401 } : fault;
  }

  const server = createServer((incoming, outgoing) => {
    requests += 1;
    const what = faultFor(incoming);
    if (what?.kind === 'silence') return onSilenced();
    if (what?.kind === 'cut') return void outgoing.destroy();
    if (what?.kind === 'answer') return void outgoing.writeHead(what.status, what.headers).end(what.body);
    forward({ system, agent, incoming, outgoing, isCut: what?.kind === 'half' }).then(
      (status) => {
        if (status === 401 || status === 403) refusals += 1;
      },
      () => outgoing.destroy(),
    );
  });
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}${system.pathname.replace(/\/$/, '')}`,
    fail: (what) => {
      fault = what;
    },
    heal: () => {
      fault = null;
    },
    expireLogins: () => seenLogins.forEach((login) => expiredLogins.add(login)),
    requests: () => requests,
    refusals: () => refusals,
    openConnections: () => connections.size,
    silenced: () =>
      new Promise((resolve) => {
        onSilenced = resolve;
      }),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Exchange {
  readonly system: URL;
  readonly agent: Agent;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly isCut: boolean;
}

/** Hands a request on and its answer back, bodies whole; gives the answer's status. */
async function forward({ system, agent, incoming, outgoing, isCut }: Exchange): Promise<number> {
  const body = await buffer(incoming);
  // The host stays the proxy's, so that a system that puts its own address into links leads back here.
  const sent = request({
    host: system.hostname,
    port: system.port,
    path: incoming.url,
    method: incoming.method,
    headers: incoming.headers,
    agent,
  });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode = 502 } = answer;
  const content = await buffer(answer);
  // What belongs to one connection only is not handed on.
  const { 'transfer-encoding': _encoding, connection: _connection, ...headers } = answer.headers;
  outgoing.writeHead(statusCode, { ...headers, 'content-length': content.length });
  if (!isCut) outgoing.end(content);
  else outgoing.write(content.subarray(0, content.length / 2), () => outgoing.destroy());
  return statusCode;
}
