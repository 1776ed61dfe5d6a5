import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';

const tlsFolder = join(import.meta.dirname, '../tls');

/** PEM of the authority that signs the TLS test server's certificate, which is for `erp.test`. */
export const testAuthorityPem = readFileSync(join(tlsFolder, 'ca.pem'), 'utf8');

export interface TestServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** An HTTP server on a free port of the loopback interface. `close` cuts its connections. */
export function startTestServer(listener: RequestListener): Promise<TestServer> {
  return listen(createServer({ keepAliveTimeout: 60_000 }, listener), 'http');
}

/** The same over TLS, with the test certificate. */
export function startTlsTestServer(listener: RequestListener): Promise<TestServer> {
  const key = readFileSync(join(tlsFolder, 'server.key.pem'));
  const cert = readFileSync(join(tlsFolder, 'server.pem'));
  return listen(createTlsServer({ key, cert }, listener), 'https');
}

export interface TestProxy extends TestServer {
  /** The targets that were asked for, as `host:port`. */
  readonly targets: string[];
}

/** A proxy that tunnels `CONNECT` to any host, to `toPort` on the loopback interface, or refuses with `refuseStatus`. */
export async function startTestProxy({
  toPort,
  refuseStatus,
}: {
  toPort: number;
  refuseStatus?: number;
}): Promise<TestProxy> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', (request, client: Socket) => {
    targets.push(request.url ?? '');
    if (refuseStatus !== undefined) return client.end(`HTTP/1.1 ${refuseStatus} No\r\n\r\n`);
    const upstream = connect(toPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    return undefined;
  });
  const started = await listen(server, 'http');
  return {
    ...started,
    targets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await started.close();
    },
  };
}

async function listen(server: Server, scheme: 'http' | 'https'): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
