import type { SandboxAccess } from '../local-stack.ts';
import type { DemoErp } from './erp.ts';

const changedOrders = 5;

/** The sandbox ERP of the local stack; its control API plays the users. */
export function sandboxErp(access: SandboxAccess): DemoErp {
  const resource = 'purchase-orders';
  const openOrders = async () => {
    const { records } = (await control(access, `/control/records?resource=${resource}`)) as {
      records: readonly SandboxOrder[];
    };
    // Old closed ones are outside the window of the initial sync.
    return records.filter(({ open }) => open).map(({ id }) => id);
  };
  return {
    system: 'sandbox',
    settings: { url: access.url },
    credentials: { user: 'demo', password: access.password },
    async changeOrders() {
      const ids = (await openOrders()).slice(0, changedOrders);
      await control(access, '/control/change', { resource, ids });
      return ids.length;
    },
    async deleteOrder() {
      const ids = (await openOrders()).slice(-1);
      await control(access, '/control/delete', { resource, ids });
    },
    stop: async () => undefined,
  };
}

interface SandboxOrder {
  readonly id: string;
  readonly open: boolean;
}

async function control({ url, controlToken }: SandboxAccess, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(url + path, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', 'x-control-token': controlToken },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (answer.ok) return answer.json();
  throw new Error(`The sandbox ERP refused ${path}: ${answer.status} ${await answer.text()}`);
}
