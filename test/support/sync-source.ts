import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../connectors/http/json.ts';
import { resources } from '../../connectors/sandbox/resources.ts';
import type { Entity } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';
import type { SandboxErpOptions } from '../../platform/local/sandbox-erp/options.ts';
import type { SandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import type { SyncRequestRow } from '../../store/requests.ts';
import { listStreams, type StreamRow } from '../../store/streams.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { openErp, sandboxCredentials, type World } from './world.ts';

/** A sandbox ERP that a world is connected to, and all that a test does to both. No run starts unless asked for. */
export interface Source {
  readonly erp: SandboxErp;
  readonly connection: ConnectionRow;
  /** `POST /control/<path>`, e.g. `change`; see the sandbox's wire document. */
  control<Answer = { ids: string[]; stamp: string }>(path: string, body: object): Promise<Answer>;
  fault(fault: { scenario: string; [parameter: string]: unknown }): Promise<void>;
  clearFaults(): Promise<void>;
  /** Starts the access log anew. */
  clearRequests(): Promise<void>;
  /** The requests since then, oldest first; `path` as `/suppliers`. */
  requests(path?: string): Promise<readonly LoggedRequest[]>;
  sync: (entity: Entity, ...more: SyncArguments) => Promise<SyncRequestRow>;
  stream(entity: Entity): Promise<StreamRow>;
  /** Stored records by remote id, tombstones included. */
  stored(entity: Entity): Promise<ReadonlyMap<string, StoredRecord>>;
  /** By remote id, what differs between the records of the source and the stored live ones; empty when they are in sync. */
  difference(entity: Entity): Promise<Readonly<Record<string, { source: Json; stored: Json }>>>;
  close(): Promise<void>;
}

interface LoggedRequest {
  readonly path: string;
  readonly query: string;
  readonly status: number;
}

type SyncArguments = World['sync'] extends (id: string, entity: Entity, ...more: infer More) => unknown ? More : never;

export interface StoredRecord {
  readonly id: string;
  readonly data: { readonly [key: string]: Json };
  readonly raw: Json;
  readonly sequence: number;
  readonly deleted_at: string | null;
  /** Changes whenever Postgres writes the row. */
  readonly xmin: string;
}

/** Starts a sandbox ERP, connects the world to it and waits until the first syncs have ended. */
export async function openSource(world: World, options: SourceOptions = {}): Promise<Source> {
  const erp = await openErp(options.erp);
  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const headers = { 'x-control-token': erp.controlToken };
    const answer = await fetch(`${erp.url}/control/${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  for (const { path, body } of options.before ?? []) await call('POST', path, body);
  const connection = await world.connect({
    system: 'sandbox',
    settings: { url: erp.url, ...options.settings },
    credentials: options.credentials ?? sandboxCredentials,
  });
  if (connection.lifecycle === 'active') await pauseSchedules(world, connection.id);
  const stored = (entity: Entity) => readStored(world, connection.lineage_id, entity);

  return {
    erp,
    connection,
    control: (path, body) => call('POST', path, body),
    fault: async (fault) => void (await call('POST', 'fault', fault)),
    clearFaults: async () => void (await call('DELETE', 'fault')),
    clearRequests: async () => void (await call('DELETE', 'access-log')),
    async requests(path) {
      const { entries } = await call<{ entries: LoggedRequest[] }>('GET', 'access-log');
      return path === undefined ? entries : entries.filter((entry) => entry.path === path);
    },
    sync: (entity, ...more) => world.sync(connection.id, entity, ...more),
    stream: (entity) => world.stream(connection.id, entity),
    stored,
    async difference(entity) {
      const { records } = await call<{ records: { id: string; json: string }[] }>(
        'GET',
        `records?resource=${resources[entity]}`,
      );
      const inSource = new Map(records.map(({ id, json }) => [id, parseJson(json)]));
      const alive = [...(await stored(entity))].filter(([, { deleted_at }]) => deleted_at === null);
      return differenceOf(inSource, new Map(alive.map(([id, { raw }]) => [id, raw])));
    },
    close: () => erp.close(),
  };
}

export interface SourceOptions {
  readonly erp?: SandboxErpOptions;
  readonly settings?: object;
  readonly credentials?: object;
  /** Control calls before the world connects. */
  readonly before?: readonly { readonly path: string; readonly body: object }[];
}

/** A run that the schedule happens to start would do what the test is about to do. Asking for one still works. */
async function pauseSchedules(world: World, connectionId: string): Promise<void> {
  await Promise.all(
    (await listStreams(world.database, connectionId)).map(({ entity }) =>
      world.client.schedule.getHandle(workflowIds.sync(connectionId, entity)).pause(),
    ),
  );
}

function differenceOf(source: ReadonlyMap<string, Json>, stored: ReadonlyMap<string, Json>) {
  const pairs = [...new Set([...source.keys(), ...stored.keys()])].map((id) => {
    return [id, { source: source.get(id) ?? null, stored: stored.get(id) ?? null }] as const;
  });
  return Object.fromEntries(pairs.filter(([, pair]) => !isDeepStrictEqual(pair.source, pair.stored)));
}

async function readStored(world: World, lineageId: string, entity: Entity): Promise<Map<string, StoredRecord>> {
  const { rows } = await world.database.pool.query<StoredRecord & { remote_id: string }>(
    `select remote_id, id, data, raw, sequence, deleted_at, xmin::text from record where lineage_id = $1 and entity = $2
     order by remote_id`,
    [lineageId, entity],
  );
  return new Map(rows.map(({ remote_id, ...row }) => [remote_id, row]));
}
