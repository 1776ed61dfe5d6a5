import { rpcPathOf, type TrytonSeries } from './series.ts';

/** A value as JSON-RPC carries it; what JSON lacks travels as an object with `__class__` (see `values.ts`). */
export type RpcValue = null | boolean | number | string | readonly RpcValue[] | { readonly [key: string]: RpcValue };
export type Row = { readonly [field: string]: RpcValue };
export type Domain = readonly RpcValue[];

export interface TrytonClientOptions {
  readonly url: string;
  readonly database: string;
  readonly series: TrytonSeries;
  readonly user: string;
  readonly password: string;
}

export interface ReadOptions {
  readonly fields: readonly string[];
  readonly order?: readonly (readonly [string, string])[];
  readonly offset?: number;
  readonly limit?: number;
  readonly context?: Row;
}

/** A call that Tryton refused: `kind` and `detail` of its error (e.g. `UserError`), or the HTTP status as kind. */
export class TrytonRpcError extends Error {
  readonly kind: string;
  readonly detail: RpcValue;

  constructor(method: string, kind: string, detail: RpcValue) {
    // A UserError brings its text, then pages about the field's domain.
    const text = Array.isArray(detail) ? String(detail[0]) : JSON.stringify(detail);
    super(`Tryton refused ${method}: ${kind}: ${text.slice(0, 400)}`);
    this.name = 'TrytonRpcError';
    this.kind = kind;
    this.detail = detail;
  }
}

/**
 * A plain JSON-RPC client of Tryton for tests and seeds. It shares no code with the connector, so that what the
 * connector says about a server can be checked against it.
 */
export class TrytonClient {
  readonly userId: number;
  /** The signed-in user's context (company, language, groups); sent with every call. */
  context: Row = {};
  readonly #endpoint: string;
  readonly #authorization: string;

  private constructor(endpoint: string, { userId, authorization }: { userId: number; authorization: string }) {
    this.userId = userId;
    this.#endpoint = endpoint;
    this.#authorization = authorization;
  }

  /** @throws TrytonRpcError of kind `HTTP 401` for a wrong password, `HTTP 404` for an unknown database. */
  static async connect(options: TrytonClientOptions): Promise<TrytonClient> {
    const endpoint = `${options.url}/${options.database}${rpcPathOf(options.series)}`;
    const login = [options.user, { password: options.password }, 'en'];
    const [userId, session] = (await post(endpoint, { method: 'common.db.login', params: login })) as [number, string];
    const token = Buffer.from(`${options.user}:${userId}:${session}`).toString('base64');
    const client = new TrytonClient(endpoint, { userId, authorization: `Session ${token}` });
    await client.refreshContext();
    return client;
  }

  /** Asks for the context again, e.g. after the user got a company. */
  async refreshContext(): Promise<void> {
    this.context = (await this.call('model.res.user.get_preferences', [true], {})) as Row;
  }

  /** Calls a method by its full name, e.g. `model.purchase.purchase.quote`; the context is added as last parameter. */
  call(method: string, params: readonly RpcValue[], context: Row = {}): Promise<RpcValue> {
    return post(this.#endpoint, {
      method,
      params: [...params, { ...this.context, ...context }],
      authorization: this.#authorization,
    });
  }

  /** Creates records in one call, which is one transaction; answers their ids in order. */
  async create(model: string, values: readonly Row[]): Promise<number[]> {
    return (await this.call(`model.${model}.create`, [values])) as number[];
  }

  async write(model: string, ids: readonly number[], values: Row): Promise<void> {
    await this.call(`model.${model}.write`, [ids, values]);
  }

  async delete(model: string, ids: readonly number[]): Promise<void> {
    await this.call(`model.${model}.delete`, [ids]);
  }

  /** Presses a button, e.g. `quote` of `purchase.purchase`. */
  async press(model: string, button: string, ids: readonly number[]): Promise<void> {
    await this.call(`model.${model}.${button}`, [ids]);
  }

  async search(model: string, domain: Domain): Promise<number[]> {
    return (await this.call(`model.${model}.search`, [domain, 0, null, [['id', 'ASC']]])) as number[];
  }

  async count(model: string, domain: Domain = []): Promise<number> {
    return (await this.call(`model.${model}.search_count`, [domain])) as number;
  }

  async searchRead(model: string, domain: Domain, options: ReadOptions): Promise<Row[]> {
    const { fields, order = [['id', 'ASC']], offset = 0, limit = null, context = {} } = options;
    return (await this.call(`model.${model}.search_read`, [domain, offset, limit, order, fields], context)) as Row[];
  }

  /** Runs a wizard through the given states, each with the values of its form. */
  async runWizard(name: string, states: readonly (readonly [string, Row])[]): Promise<void> {
    const [session, start] = (await this.call(`wizard.${name}.create`, [])) as [number, string];
    for (const [state, values] of [[start, {}] as const, ...states]) {
      await this.call(`wizard.${name}.execute`, [session, values, state]);
    }
    await this.call(`wizard.${name}.delete`, [session]);
  }
}

interface Request {
  readonly method: string;
  readonly params: readonly RpcValue[];
  readonly authorization?: string;
}

const requestTimeoutMs = 120_000;

async function post(endpoint: string, { method, params, authorization }: Request): Promise<RpcValue> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ id: 1, method, params }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw new TrytonRpcError(method, `HTTP ${response.status}`, textOf(text));
  const answer = JSON.parse(text) as { result?: RpcValue; error?: [string, RpcValue] };
  if (answer.error) throw new TrytonRpcError(method, ...answer.error);
  return answer.result ?? null;
}

function textOf(html: string): string {
  return html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}

/** The series that the server at `url` says it is, e.g. `8.0`; undefined where no Tryton answers. */
export async function askSeries(url: string): Promise<string | undefined> {
  for (const path of ['/rpc/', '/']) {
    const answer = await post(`${url}${path}`, { method: 'common.server.version', params: [] }).catch(() => undefined);
    if (typeof answer === 'string') return answer.split('.').slice(0, 2).join('.');
  }
  return undefined;
}
