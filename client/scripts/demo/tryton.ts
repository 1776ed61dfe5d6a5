import type { LocalPaths } from '../../../platform/local/paths.ts';
import { startTryton } from '../../../test/support/tryton/index.ts';
import { TrytonClient } from '../../../test/support/tryton/rpc.ts';
import { trytonSeries } from '../../../test/support/tryton/series.ts';
import type { DemoErp } from './erp.ts';

const changedOrders = 5;
const model = 'purchase.purchase';

/** A real Tryton server, started with a fresh copy of its sample data; its own API plays the users. */
export async function startTrytonErp(options: {
  series: string;
  paths: LocalPaths;
  onProgress: (message: string) => void;
}): Promise<DemoErp> {
  const series = trytonSeries.find((known) => known === options.series);
  if (!series) throw new Error(`There is no Tryton ${options.series} here: use --series ${trytonSeries.join(' or ')}.`);
  const server = await startTryton({ series, ...options.paths, onProgress: options.onProgress, fresh: true });
  const { url, database, user, password } = server;
  const client = await TrytonClient.connect({ url, database, user, password, series });
  const draftOrders = () => client.search(model, [['state', '=', 'draft']]);
  return {
    system: 'tryton',
    settings: { url, database },
    credentials: { user, password },
    async changeOrders() {
      const ids = (await draftOrders()).slice(0, changedOrders);
      await client.write(model, ids, { description: 'Changed while the demo watched' });
      return ids.length;
    },
    async deleteOrder() {
      const [id] = (await draftOrders()).slice(-1);
      if (id === undefined) throw new Error('The sample data has no draft order to delete.');
      await client.press(model, 'cancel', [id]);
      await client.delete(model, [id]);
    },
    stop: () => server.stop(),
  };
}
