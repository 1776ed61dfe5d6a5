import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type SandboxErp, startSandboxErp } from '../../platform/local/sandbox-erp/server.ts';

type SandboxErpOptions = NonNullable<Parameters<typeof startSandboxErp>[0]>;

/** A raw answer of the sandbox; nothing is decoded or followed. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** The connection closed before the body was whole. */
  readonly cut: boolean;
}

/** A page or record as parsed with `JSON.parse`. */
export interface SandboxPage {
  readonly Next: string | null;
  readonly Count: number;
  readonly ChangedUntil?: string;
  readonly Items: Record<string, unknown>[];
}

/** A running sandbox with a logged-in user and its control API. */
export interface SandboxClient {
  readonly erp: SandboxErp;
  /** Sends one request on its own connection with the session of `demo`; rejects when no answer comes. */
  raw(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string> }): Promise<RawAnswer>;
  page(path: string): Promise<SandboxPage>;
  /** Follows `Next` to the end, at most 1,000 pages. */
  pages(path: string): Promise<SandboxPage[]>;
  control<Result = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Result>;
  fault(fault: Record<string, unknown>): Promise<void>;
  login(user?: 'demo' | 'limited', password?: string): Promise<RawAnswer>;
  /** Logs in and uses the new session from now on. */
  loginAs(user: 'demo' | 'limited'): Promise<void>;
}

const maxPages = 1000;
const testNow = '2026-11-01T00:00:00Z';

/** Starts a sandbox with a standing clock and logs in; the caller closes `erp`. */
export async function startSandboxClient(options: SandboxErpOptions = {}): Promise<SandboxClient> {
  const erp = await startSandboxErp({ records: 100, now: testNow, clock: 'fixed', ...options });
  let session = '';
  const client: SandboxClient = {
    erp,
    raw: (method, path, { body, headers } = {}) =>
      send(erp.url + path, { method, body, headers: { authorization: `Bearer ${session}`, ...headers } }),
    async page(path) {
      const answer = await client.raw('GET', path);
      if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body.toString()}`);
      return JSON.parse(answer.body.toString()) as SandboxPage;
    },
    async pages(path) {
      const pages: SandboxPage[] = [];
      for (let next: string | null = path; next !== null && pages.length < maxPages; ) {
        const page: SandboxPage = await client.page(next);
        pages.push(page);
        next = page.Next;
      }
      return pages;
    },
    async control<Result>(method: string, path: string, body?: unknown): Promise<Result> {
      const headers = { 'x-control-token': erp.controlToken };
      const answer = await send(`${erp.url}/control/${path}`, { method, body, headers });
      if (answer.status !== 200)
        throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body.toString()}`);
      return JSON.parse(answer.body.toString()) as Result;
    },
    async fault(fault) {
      await client.control('POST', 'fault', fault);
    },
    login: (user = 'demo', password = erp.users[user]) =>
      send(`${erp.url}/login`, { method: 'POST', body: { user, password }, headers: {} }),
    async loginAs(user) {
      const answer = await client.login(user);
      session = (JSON.parse(answer.body.toString()) as { Token: string }).Token;
    },
  };
  await client.loginAs('demo');
  return client;
}

/** The ids of pages in the order they came. */
export function idsOf(pages: readonly SandboxPage[]): string[] {
  return pages.flatMap((page) => page.Items.map((item) => String(item['Id'])));
}

/** The code of a refusal. */
export function codeOf(answer: RawAnswer): string {
  return (JSON.parse(answer.body.toString()) as { Error: { Code: string } }).Error.Code;
}

async function send(
  url: string,
  options: { method: string; body: unknown; headers: Record<string, string> },
): Promise<RawAnswer> {
  const sent = request(url, { method: options.method, headers: options.headers, agent: false });
  sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  response.on('error', () => undefined);
  await new Promise<void>((resolve) => response.once('close', () => resolve()));
  const { statusCode = 0, headers, complete } = response;
  return { status: statusCode, headers, body: Buffer.concat(parts), cut: !complete };
}
