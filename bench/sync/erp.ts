import { join } from 'node:path';
import { processEnvironment } from '../../platform/config/config.ts';
import { readJsonFile } from '../../platform/local/files.ts';
import { startStackProcess, stopStackProcess } from '../../platform/local/stack-process.ts';
import type { Sums } from './sums.ts';

/** A sandbox ERP in a process of its own. */
export interface Erp {
  readonly url: string;
  readonly password: string;
  /** What it holds, read over its API and added up here: what every contender must have in its tables. */
  readonly holds: Sums;
  /** A call of its control API. */
  control(path: string, body: object): Promise<void>;
}

export interface ErpOptions {
  readonly name: string;
  readonly records: number;
  readonly folder: string;
  readonly checkout: string;
}

const readyTimeoutMs = 180_000;
/** Longer than any bench, whose clock is moved on between incremental syncs. */
const sessionTtlMs = 31_536_000_000;

export async function startErp({ name, records, folder, checkout }: ErpOptions): Promise<Erp> {
  const stateFile = join(folder, `${name}.json`);
  const main = join(checkout, 'platform/local/sandbox-erp/main.ts');
  const sample = ['--records', String(records), '--bulk', '--only', 'purchase-orders'];
  await startStackProcess(
    {
      name,
      command: process.execPath,
      args: ['--import', 'tsx', main, '--state-file', stateFile, '--session-ttl-ms', String(sessionTtlMs), ...sample],
      env: processEnvironment(),
      cwd: checkout,
      ready: async ({ pid }) => ((await readJsonFile(stateFile)) as { pid?: number } | undefined)?.pid === pid,
      readyTimeoutMs,
    },
    { stateDir: folder },
  );
  const state = (await readJsonFile(stateFile)) as { url: string; controlToken: string; users: { demo: string } };
  const { url, controlToken } = state;
  return {
    url,
    password: state.users.demo,
    holds: await addUp(url, await login(url, state.users.demo)),
    async control(path, body) {
      await post(`${url}/control/${path}`, body, { 'x-control-token': controlToken });
    },
  };
}

export function stopErp(folder: string, name: string): Promise<void> {
  return stopStackProcess(folder, name);
}

interface Page {
  readonly Next: string | null;
  readonly Items: readonly { Lines: readonly { Quantity: number; NetPrice: number }[] }[];
}

const pagesMax = 100_000;

async function addUp(url: string, token: string): Promise<Sums> {
  const sums = { orders: 0, lines: 0, quantity: 0, cents: 0 };
  let path: string | null = '/purchase-orders?order=id&limit=1000';
  for (let pages = 0; path !== null; pages += 1) {
    if (pages === pagesMax) throw new Error(`The sandbox ERP gave ${pagesMax} pages and no end.`);
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`The sandbox ERP refused ${path}: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as Page;
    for (const { Lines: lines } of page.Items) {
      sums.orders += 1;
      sums.lines += lines.length;
      for (const line of lines) {
        sums.quantity += line.Quantity;
        sums.cents += Math.round(line.NetPrice * 100);
      }
    }
    path = page.Next;
  }
  const { orders, lines, quantity, cents } = sums;
  return { orders, lines, quantity: quantity.toFixed(2), price: (cents / 100).toFixed(2) };
}

async function login(url: string, password: string): Promise<string> {
  const answer = await post(`${url}/login`, { user: 'demo', password }, {});
  return ((await answer.json()) as { Token: string }).Token;
}

async function post(url: string, body: object, headers: Record<string, string>): Promise<Response> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (answer.ok) return answer;
  throw new Error(`The sandbox ERP refused ${url}: ${answer.status} ${await answer.text()}`);
}
