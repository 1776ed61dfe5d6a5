import { FlowsError } from '../../model/errors/flows-error.ts';
import { entityRegistry } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { FetchRequest, Session } from '../connector.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-messages.ts';
import { createSharedLogin } from '../http/single-flight.ts';
import type { TransportSettings } from '../http/transport-settings.ts';
import { bodyOf, readList, requiredText, toCheck, toDeletions, toPage } from './answers.ts';
import { pageQuery, positionOf } from './checkpoints.ts';
import { errorIn } from './errors.ts';
import { resources } from './resources.ts';

/** Pages that one `fetchRecords` may take: 100 ids fit in one, a server that sends short ones needs a few more. */
const fetchPagesMax = 100;

/** Deletions per page of the feed. */
const deletionsPageSize = 1_000;

export interface SandboxCredentials {
  readonly user: string;
  readonly password: string;
}

/** A session with one sandbox ERP: a bearer token, shared by its callers and made anew when it has expired. */
export function openSession(settings: TransportSettings, { user, password }: SandboxCredentials): Session {
  const client = createHttpClient({ system: 'sandbox', settings });
  const login = createSharedLogin(async (signal) => {
    const answer = await accepted(client.request({ method: 'POST', path: '/login', body: { user, password }, signal }));
    return requiredText(bodyOf(answer), 'Token', answer);
  });

  function ask(request: Pick<HttpRequest, 'path' | 'query'>, signal: AbortSignal): Promise<HttpAnswer> {
    return login.run(signal, (token) =>
      accepted(client.request({ ...request, method: 'GET', headers: { authorization: `Bearer ${token}` }, signal })),
    );
  }

  return {
    check: async (signal) => toCheck(await ask({ path: '/system' }, signal)),
    async now(signal) {
      const answer = await ask({ path: '/system' }, signal);
      return requiredText(bodyOf(answer), 'Now', answer);
    },
    async readPage(request) {
      const isDocument = entityRegistry[request.entity].window !== null;
      const pageSize = Math.min(request.pageSize, settings.page_size ?? request.pageSize);
      const query = pageQuery({ ...request, pageSize }, { isDocument });
      return toPage(await ask({ path: resources[request.entity], query }, request.signal));
    },
    fetchRecords: (request) => fetchRecords(request, ask),
    async readDeletions({ entity, since, checkpoint, signal }) {
      const position = checkpoint === null ? {} : positionOf(checkpoint, ['after-seq']);
      const query = { resource: resources[entity], since, limit: deletionsPageSize, ...position };
      return toDeletions(await ask({ path: '/deletions', query }, signal));
    },
    async close() {
      await login.close();
      await client.close();
    },
  };
}

type Ask = (request: Pick<HttpRequest, 'path' | 'query'>, signal: AbortSignal) => Promise<HttpAnswer>;

async function fetchRecords({ entity, remoteIds, signal }: FetchRequest, ask: Ask): Promise<readonly Json[]> {
  if (remoteIds.length === 0) return [];
  // The commas separate ids and are not encoded, so this query is put together here.
  let path: string | null = `/${resources[entity]}?ids=${remoteIds.map(encodeURIComponent).join(',')}`;
  const records: Json[] = [];
  for (let page = 0; page < fetchPagesMax; page += 1) {
    const answer: HttpAnswer = await ask({ path }, signal);
    const { items, link } = readList(answer);
    records.push(...items);
    if (link === null) return records;
    path = link;
  }
  throw new FlowsError(
    'bad_response',
    `${resources[entity]} by id did not end after ${fetchPagesMax} pages. The ERP's links lead in a circle: look at its log.`,
  );
}

async function accepted(request: Promise<HttpAnswer>): Promise<HttpAnswer> {
  const answer = await request;
  const error = errorIn(answer);
  if (error) throw error;
  return answer;
}
