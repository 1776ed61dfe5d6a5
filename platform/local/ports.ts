import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const loopback = '127.0.0.1';

/** A killed server's last threads keep its port for a moment. */
const preferredTries = 15;
const preferredPauseMs = 100;

/**
 * A TCP port on 127.0.0.1 that was free a moment ago: `preferred` if it is free within a second or two, since others know
 * a restarted server by it, else one of the system's choice.
 */
export async function findFreePort(preferred?: number): Promise<number> {
  for (let tries = 0; preferred !== undefined && tries < preferredTries; tries++) {
    const port = await tryPort(preferred).catch(() => undefined);
    if (port !== undefined) return port;
    await delay(preferredPauseMs);
  }
  return tryPort(0);
}

/** Whether something on 127.0.0.1 takes connections on `port`. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: loopback });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, loopback, () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error(`no port was bound on ${loopback}`));
      });
    });
  });
}
