import { Client } from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';

import type { PageRequest, Session } from '../../connectors/connector.ts';
import { tryton } from '../../connectors/tryton/index.ts';
import { type Entity, entityRegistry } from '../../model/entities/registry.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { TrytonServer } from './tryton/index.ts';
import { TrytonClient } from './tryton/rpc.ts';
import { startTrytonRun, trytonStartTimeoutMs } from './tryton-run.ts';

const pagesMax = 1_000;

export const signal = new AbortController().signal;

/** The server of a test file, a client that knows nothing of the connector, and sessions of it. */
export interface TrytonWorld {
  readonly server: TrytonServer;
  readonly client: TrytonClient;
  /** A session that is closed after the test. */
  open(options?: { user?: string; password?: string; database?: string; profile?: JsonObject }): Session;
}

/** Starts a fresh server before the tests of a file and removes it after them. */
export function useTryton(): TrytonWorld {
  const sessions: Session[] = [];
  let run: Awaited<ReturnType<typeof startTrytonRun>> | undefined;
  let client: TrytonClient | undefined;

  beforeAll(async () => {
    run = await startTrytonRun();
    client = await TrytonClient.connect(run.server);
  }, trytonStartTimeoutMs);
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
  });
  afterAll(() => run?.remove());

  return {
    get server() {
      return started(run).server;
    },
    get client() {
      return started(client);
    },
    open({ user, password, database, profile = { company: 1, currency: 'USD' } } = {}) {
      const { server } = this;
      const session = tryton.open({
        settings: tryton.settings.parse({ url: server.url, database: database ?? server.database }),
        credentials: { user: user ?? server.user, password: password ?? server.password },
        profile,
      });
      sessions.push(session);
      return session;
    },
  };
}

export type Pass = Pick<PageRequest, 'entity' | 'selection' | 'pageSize'> & { readonly from?: Json | null };

/** All pages of a pass; each position goes through JSON, as if it had been stored and read by another process. */
export async function readPages(
  session: Session,
  pass: Pass,
): Promise<{ items: readonly Json[]; next: Json | null }[]> {
  const pages: { items: readonly Json[]; next: Json | null }[] = [];
  let checkpoint = pass.from ?? null;
  for (let page = 0; page < pagesMax; page += 1) {
    const { items, next } = await session.readPage({ ...pass, checkpoint, signal });
    pages.push({ items, next });
    if (next === null) return pages;
    checkpoint = JSON.parse(JSON.stringify(next)) as Json;
  }
  throw new Error(`no end after ${pagesMax} pages`);
}

export async function readAll(session: Session, pass: Pass): Promise<Json[]> {
  return (await readPages(session, pass)).flatMap(({ items }) => [...items]);
}

export function idsOf(entity: Entity, items: readonly Json[]): string[] {
  return items.map((raw) => tryton.entities[entity]?.identify(raw).remoteId ?? '');
}

/** The unified data as the engine would take it: valid against the entity's schema. */
export function unify<E extends Entity>(entity: E, raw: Json): JsonObject {
  const data = tryton.entities[entity]?.toUnified(raw, { company: 1, currency: 'USD' });
  return entityRegistry[entity].schema.parse(data) as JsonObject;
}

/** Asks the server's own database. */
export async function querySql<Row extends object>(server: TrytonServer, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: server.databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function started<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The Tryton server of the tests is not started.');
  return value;
}
