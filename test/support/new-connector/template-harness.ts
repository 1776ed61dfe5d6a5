import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SystemHarness } from '../../contract/suite/harness.ts';

const token = 'planted-t0ken';
const startMs = Date.UTC(2026, 10, 1);

interface Vendor {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly created_at: string;
  readonly changed_at: string;
}

/** A server that keeps to the wire format which the template of a new connector makes up. */
export const harness: SystemHarness = {
  startTimeoutMs: 60_000,
  undeletable: {},
  loginsDoNotExpire: 'The token goes with every request, so there is no login that could end.',
  async start() {
    const vendors = new Map<string, Vendor>();
    let ticks = 0;
    const now = (): string => new Date(startMs + (ticks += 1) * 1_000).toISOString();
    const put = (id: string): string => {
      const stamp = now();
      const created = vendors.get(id)?.created_at ?? stamp;
      vendors.set(id, { id, name: `Vendor ${stamp}`, status: 'active', created_at: created, changed_at: stamp });
      return id;
    };
    let made = 0;
    const create = (): string => put(`V-${String((made += 1)).padStart(4, '0')}`);
    for (let record = 0; record < 30; record += 1) create();

    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      if (request.headers.authorization !== `Bearer ${token}`) response.statusCode = 401;
      const body =
        response.statusCode === 401
          ? refusal
          : pathname === '/account'
            ? account(now())
            : pageOf(vendors, searchParams);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      settings: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      credentials: { token },
      wrongCredentials: { token: 'wr0ng-t0ken' },
      missingId: () => 'V-9999',
      create: () => Promise.resolve(create()),
      change: () => Promise.resolve(put('V-0003')),
      remove: (_entity, remoteId) => {
        vendors.delete(remoteId);
        return Promise.resolve();
      },
      refusals: [
        {
          title: 'a wrong token',
          entity: 'vendor',
          code: 'authentication_failed',
          credentials: { token: 'wr0ng-t0ken' },
        },
      ],
      stop: async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

const refusal = { error: { code: 'bad_token', message: 'The token is not known.' } };

function account(now: string): object {
  return { id: 'A-1', version: '1.0', now: now.replace('Z', '000Z') };
}

function pageOf(vendors: ReadonlyMap<string, Vendor>, query: URLSearchParams): object {
  const limit = Number(query.get('limit'));
  const ids = query.get('ids');
  const since = (query.get('changed_since') ?? '').slice(0, 23);
  const asked = ids === null ? undefined : (JSON.parse(ids) as string[]);
  const found = [...vendors.values()].filter(
    ({ id, changed_at }) => (asked?.includes(id) ?? id > (query.get('after') ?? '')) && changed_at >= since,
  );
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? items.at(-1)?.id : null };
}
