import type { Entity } from '../../model/entities/registry.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { OpenConnection, Session } from '../connector.ts';
import { createHttpClient } from '../http/http-client.ts';
import { createSharedLogin } from '../http/single-flight.ts';
import { createCalls } from './calls.ts';
import { checkConnection } from './check.ts';
import { system } from './errors.ts';
import { logIn, logOut, refuseUnknownDatabase } from './login.ts';
import { callRpc } from './rpc.ts';
import { parseConnection } from './settings.ts';
import type { RecordSource, TrytonCalls, TrytonEntities } from './source.ts';

/** A session on a Tryton server; it logs in at the first call, and logs out when it is closed. */
export function openSession(connection: OpenConnection, entities: TrytonEntities): Session {
  const { settings, credentials } = parseConnection(connection);
  const http = createHttpClient({ system, settings });
  const company = settings.company ?? numberIn(connection.profile, 'company');
  const login = createSharedLogin((signal) =>
    logIn(http, { database: settings.database, ...credentials, company, signal }),
  );
  const calls = createCalls({
    withLogin: (signal, run) => login.run(signal, run),
    post: (request) => callRpc(http, request),
  });
  return {
    async check(signal) {
      await refuseUnknownDatabase(http, { database: settings.database, signal });
      return await checkConnection(calls, { entities, settings, signal });
    },
    now: (signal) => readClock(calls, signal),
    readPage: async (request) => await sourceOf(entities, request.entity).readPage(calls, request),
    fetchRecords: async (request) => await sourceOf(entities, request.entity).fetchRecords(calls, request),
    async close() {
      const made = await login.close();
      if (made) await logOut(http, made, AbortSignal.timeout(logOutTimeoutMs)).catch(ignoreFailedLogOut);
      await http.close();
    },
  };
}

/** A close must not hang on a server that is down. */
const logOutTimeoutMs = 2_000;

/** The server ends a forgotten session by itself, later. */
function ignoreFailedLogOut(): void {}

/**
 * The database's clock. Tryton has no call for it, but a model that is a query has the time of the transaction as its
 * `create_date`, which is where stamps come from, too (measured in both series). It needs one product and the right to
 * read it; else there is no clock.
 */
async function readClock(calls: TrytonCalls, signal: AbortSignal): Promise<string | null> {
  try {
    const query = { model: 'stock.products_by_locations', domain: [], fields: ['create_date'], limit: 1, signal };
    const { records } = await calls.searchRead(query);
    const now = records[0]?.['create_date'];
    return typeof now === 'string' ? now : null;
  } catch (error) {
    if (error instanceof FlowsError && (error.code === 'permission_denied' || error.code === 'unsupported'))
      return null;
    throw error;
  }
}

function sourceOf(entities: TrytonEntities, entity: Entity): RecordSource {
  const found = entities[entity];
  if (found) return found.source;
  throw new FlowsError('unsupported', `Tryton has no ${entity}: this connector does not read it.`, {
    upstream: { system },
  });
}

function numberIn(profile: JsonObject, key: string): number | undefined {
  const value = profile[key];
  return typeof value === 'number' ? value : undefined;
}
