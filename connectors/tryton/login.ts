import { FlowsError } from '../../model/errors/flows-error.ts';
import { type Json, type JsonObject, isJsonObject } from '../../model/json.ts';
import { errorFromAnswer } from '../http/errors.ts';
import type { HttpClient } from '../http/http-client.ts';
import { system, wrongSettings } from './errors.ts';
import { callRpc, postRpc, type RpcRequest } from './rpc.ts';

export interface LoginOptions {
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** The company that the user must work in; undefined takes the one that it does. */
  readonly company: number | undefined;
  readonly signal: AbortSignal;
}

/** A session of a user on a server. */
export interface Login {
  /** Where calls go, e.g. `/flows/rpc/`. */
  readonly path: string;
  readonly authorization: string;
  /** Goes with every call: company, language and the like, as the user has them. */
  readonly context: JsonObject;
  readonly company: number;
  /** The server's series, e.g. `8.0`; it does not tell the fix release. */
  readonly series: string;
}

/**
 * Finds the endpoint, logs in and takes the user's context. Throws `authentication_failed` for a wrong user or password,
 * `rate_limited` after too many of them, `system_unreachable` while Tryton does not find the database, and
 * `configuration_invalid` for a user in no company or another one.
 */
export async function logIn(http: HttpClient, options: LoginOptions): Promise<Login> {
  const { database, user, signal } = options;
  const server = await findServer(http, signal);
  const path = `/${encodeURIComponent(database)}${server.path}`;
  const session = await openSession(http, { path, ...options });
  const authorization = `Session ${Buffer.from(`${user}:${session.userId}:${session.key}`).toString('base64')}`;
  const { result } = await callRpc(http, {
    path,
    authorization,
    method: 'model.res.user.get_preferences',
    params: [true, {}],
    signal,
  });
  const preferences = isJsonObject(result) ? result : {};
  const company = companyOf(preferences, { user, expected: options.company });
  return { path, authorization, context: contextFrom(preferences), company, series: server.series };
}

/** Ends a session on the server, which otherwise keeps and searches it for a month. */
export async function logOut(http: HttpClient, { path, authorization }: Login, signal: AbortSignal): Promise<void> {
  await callRpc(http, { path, authorization, method: 'common.db.logout', params: [], signal });
}

/**
 * Throws `configuration_invalid` where the server's list of databases is public and lacks this one. Asked at connect
 * only: a login to an unknown database takes series 8 half a minute to refuse (measured), but the list costs it a look
 * into every database that it has.
 */
export async function refuseUnknownDatabase(
  http: HttpClient,
  { database, signal }: Pick<LoginOptions, 'database' | 'signal'>,
): Promise<void> {
  const { path } = await findServer(http, signal);
  const known = await listDatabases(http, { path, signal });
  if (known && !known.includes(database)) {
    throw wrongSettings(`The Tryton server has no database "${database}". Correct the setting "database".`);
  }
}

interface Server {
  readonly path: string;
  readonly series: string;
}

/** Series 8 answers below `/rpc/`, series 7 at `/`, where 8 has no JSON-RPC; each refuses the other's path. */
async function findServer(http: HttpClient, signal: AbortSignal): Promise<Server> {
  const method = 'common.server.version';
  const first = await postRpc(http, { path: '/rpc/', method, params: [], signal });
  if (first.status === 429 || first.status >= 500) throw errorFromAnswer(first, { system });
  const series = seriesIn(first.status === 200 ? first.text : '');
  if (series) return { path: '/rpc/', series };
  const second = await postRpc(http, { path: '/', method, params: [], signal });
  const older = seriesIn(second.status === 200 ? second.text : '');
  if (older) return { path: '/', series: older };
  throw second.status === 200 ? noTryton(second.request) : errorFromAnswer(second, { system });
}

function seriesIn(text: string): string | undefined {
  return /"result"\s*:\s*"(\d+\.\d+)[^"]*"/.exec(text.slice(0, 1_000))?.[1];
}

function noTryton(request: string): FlowsError {
  return new FlowsError(
    'bad_response',
    `${request} did not answer with a version. Check that the address is Tryton's.`,
    {
      upstream: { system, status: 200 },
    },
  );
}

interface SessionOptions extends LoginOptions {
  readonly path: string;
}

async function openSession(http: HttpClient, options: SessionOptions): Promise<{ userId: number; key: string }> {
  const { path, user, password, signal } = options;
  const request: RpcRequest = { path, method: 'common.db.login', params: [user, { password }, 'en'], signal };
  try {
    const { result } = await callRpc(http, request);
    const [userId, key] = Array.isArray(result) ? result : [];
    if (typeof userId === 'number' && typeof key === 'string') return { userId, key };
  } catch (error) {
    if (error instanceof FlowsError && error.code === 'not_found') throw missingDatabase(options.database);
    throw error;
  }
  throw new FlowsError('bad_response', `Tryton answered the login at ${path} without a session. Check the address.`, {
    upstream: { system, status: 200 },
  });
}

/** Tryton answers 404 both for a database that it does not have and while PostgreSQL is down (seen in its source). */
function missingDatabase(database: string): FlowsError {
  return new FlowsError(
    'system_unreachable',
    `Tryton does not find its database "${database}". Either its PostgreSQL is down, or the setting "database" is wrong.`,
    { upstream: { system, status: 404 } },
  );
}

async function listDatabases(
  http: HttpClient,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<readonly Json[] | undefined> {
  try {
    const { result } = await callRpc(http, { path, method: 'common.db.list', params: [], signal });
    return Array.isArray(result) ? result : undefined;
  } catch (error) {
    if (error instanceof FlowsError) return undefined;
    throw error;
  }
}

/**
 * The context of every call. One company is read, whatever the user's filter says, and inactive records and children are
 * read like others, since a record that became inactive must not look deleted.
 */
function contextFrom(preferences: JsonObject): JsonObject {
  const { locale: _locale, ...context } = preferences;
  return { ...context, company_filter: 'one', active_test: false };
}

/**
 * The company is the user's own: Tryton counts stock for that one and ignores the context's (measured), and with a
 * company that the user may not see it finds nothing, which would look like deletes.
 */
function companyOf(
  preferences: JsonObject,
  { user, expected }: { user: string; expected: number | undefined },
): number {
  const company = preferences['company'];
  if (typeof company !== 'number') {
    throw wrongSettings(`The Tryton user "${user}" works in no company. Give it one in its preferences.`);
  }
  if (expected !== undefined && company !== expected) {
    throw wrongSettings(
      `The Tryton user "${user}" works in company ${company}, but this connection is for company ${expected}. Set the ` +
        "user's company back, or make a connection with a user of its own for the other company.",
    );
  }
  return company;
}
