import type { Entity } from '../../../model/entities/registry.ts';
import type { Json } from '../../../model/json.ts';
import { startSandboxErp } from '../../../platform/local/sandbox-erp/server.ts';
import type { Refusal, SystemHarness } from '../suite/harness.ts';

/** The sandbox ERP, changed and broken by its own control API. */
export const harness: SystemHarness = {
  startTimeoutMs: 60_000,
  undeletable: {},
  async start() {
    const erp = await startSandboxErp({ records: 60, seed: 7, now: '2026-11-01T00:00:00Z' });
    const control = async (method: string, path: string, body?: Json): Promise<{ ids: [string] }> => {
      const headers = { 'x-control-token': erp.controlToken, 'content-type': 'application/json' };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${erp.url}/control/${path}`, { method, headers, ...sent });
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as { ids: [string] };
    };
    const { demo: password, limited: limitedPassword } = erp.users;
    return {
      settings: { url: erp.url },
      credentials: { user: 'demo', password },
      wrongCredentials: { user: 'demo', password: 'wr0ng-passw0rd' },
      missingId: (entity) => `${resources[entity].slice(0, 3).toUpperCase()}999999`,
      create: async (entity) => (await control('POST', 'create', { resource: resources[entity] })).ids[0],
      change: async (entity) => (await control('POST', 'change', { resource: resources[entity], count: 1 })).ids[0],
      remove: async (entity, id) => void (await control('POST', 'delete', { resource: resources[entity], id })),
      refusals: refusalsOf({ url: erp.url, control, limited: { user: 'limited', password: limitedPassword } }),
      stop: () => erp.close(),
    };
  },
};

interface ErpControl {
  readonly url: string;
  readonly control: (method: string, path: string, body?: Json) => Promise<unknown>;
  readonly limited: { readonly user: string; readonly password: string };
}

const wrongLoginsToLock = 5;

function refusalsOf({ url, control, limited }: ErpControl): Refusal[] {
  const byFault = (title: string, code: Refusal['code'], fault: Record<string, Json>): Refusal => ({
    title,
    code,
    entity: 'vendor',
    provoke: async () => void (await control('POST', 'fault', { ...fault, resource: resources.vendor })),
    relieve: async () => void (await control('DELETE', 'fault')),
  });
  return [
    byFault('an error in a 200', 'locked', { scenario: 'error_in_200' }),
    byFault('a rate limit', 'rate_limited', { scenario: 'rate_limit' }),
    byFault('maintenance', 'system_unreachable', { scenario: 'unavailable' }),
    byFault('a server error', 'system_error', { scenario: 'server_error' }),
    byFault('a right that was taken away', 'permission_denied', { scenario: 'permission_lost' }),
    byFault('a cut page', 'bad_response', { scenario: 'truncated_page' }),
    { title: 'a user without the right', code: 'permission_denied', entity: 'work_order', credentials: limited },
    {
      title: 'too many wrong logins',
      code: 'rate_limited',
      entity: 'vendor',
      credentials: limited,
      provoke: () => logInWrongly(url, limited.user),
    },
  ];
}

async function logInWrongly(url: string, user: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ user, password: 'wr0ng-passw0rd' });
  for (let login = 0; login < wrongLoginsToLock; login += 1) {
    await (await fetch(`${url}/login`, { method: 'POST', headers, body })).text();
  }
}

const resources = {
  vendor: 'suppliers',
  item: 'materials',
  location: 'sites',
  asset: 'equipment',
  inventory_level: 'stock-levels',
  purchase_order: 'purchase-orders',
  work_order: 'work-orders',
} as const satisfies Record<Entity, string>;
