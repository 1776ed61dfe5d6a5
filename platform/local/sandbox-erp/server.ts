import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl } from './control.ts';
import { createErp, type Erp } from './erp.ts';
import { errorAnswer } from './http-answer.ts';
import { deliver } from './http-delivery.ts';
import { type SandboxErpOptions, settingsFrom } from './options.ts';
import { serveErp } from './router.ts';
import type { UserName } from './sessions.ts';

/** A listening sandbox ERP and the secrets to use it. */
export interface SandboxErp {
  readonly url: string;
  readonly port: number;
  readonly company: string;
  readonly controlToken: string;
  /** Passwords by user name, as they were at start. */
  readonly users: Readonly<Record<UserName, string>>;
  /** Cuts all connections and stops listening; calling it again does nothing. */
  close(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * Starts a sandbox ERP on the loopback interface; `README.md` beside this file is its wire document.
 * Throws a RangeError for a wrong option and Node's own error where the port is taken.
 */
export async function startSandboxErp(options: SandboxErpOptions = {}): Promise<SandboxErp> {
  const settings = settingsFrom(options);
  const erp = createErp(settings);
  const listener = createListener((request, response) => {
    const { refuseConnections } = listener;
    const controlled = { request, response, controlToken: settings.controlToken, refuseConnections };
    serve(erp, controlled).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const port = await listener.listen(settings.port);
  return {
    url: `http://${host}:${port}`,
    port,
    company: settings.changeable.company,
    controlToken: settings.controlToken,
    users: settings.changeable.passwords,
    close: listener.close,
  };
}

async function serve(
  erp: Erp,
  options: {
    request: IncomingMessage;
    response: ServerResponse;
    controlToken: string;
    refuseConnections: (forMs: number) => void;
  },
): Promise<void> {
  const { request, response } = options;
  const url = parseTarget(request.url ?? '/');
  if (!url.pathname.startsWith('/control/')) return serveErp(erp, { request, response, url });
  await deliver(response, await answerControl(erp, { ...options, url }).catch(errorAnswer));
}

function parseTarget(target: string): URL {
  const base = `http://${host}`;
  return URL.canParse(target, base) ? new URL(target, base) : new URL('/unknown', base);
}

interface Listener {
  listen(port: number): Promise<number>;
  refuseConnections(forMs: number): void;
  close(): Promise<void>;
}

function createListener(handle: (request: IncomingMessage, response: ServerResponse) => void): Listener {
  const server = createServer({ keepAliveTimeout: 60_000 }, handle);
  let reopening: NodeJS.Timeout | undefined;
  return {
    async listen(port) {
      await listenOn(server, port);
      return (server.address() as AddressInfo).port;
    },
    refuseConnections(forMs) {
      if (!server.listening) return;
      const { port } = server.address() as AddressInfo;
      void closeServer(server);
      reopening = setTimeout(() => server.listen(port, host), forMs);
    },
    async close() {
      clearTimeout(reopening);
      await closeServer(server);
    },
  };
}

async function listenOn(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
