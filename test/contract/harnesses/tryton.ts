import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Entity } from '../../../model/entities/registry.ts';
import type { TrytonServer } from '../../support/tryton/index.ts';
import { TrytonClient } from '../../support/tryton/rpc.ts';
import { startTrytonRun, trytonStartTimeoutMs } from '../../support/tryton-run.ts';
import type { Refusal, SystemHarness } from '../suite/harness.ts';
import { openTrytonRecords } from './tryton-records.ts';

/** A real Tryton with its own database, of the series that the environment chooses. */
export const harness: SystemHarness = {
  startTimeoutMs: trytonStartTimeoutMs,
  undeletable: {
    inventory_level: 'Tryton keeps no record of a level: it adds up the stock moves, and done moves cannot be deleted.',
  },
  async start() {
    const { server, remove } = await startTrytonRun();
    const { url, database, series, user, password } = server;
    const client = await TrytonClient.connect({ url, database, series, user, password });
    const records = await openTrytonRecords(client, { today: server.seed.today });
    return {
      settings: { url, database },
      credentials: { user, password },
      wrongCredentials: { user: 'nobody', password: 'wr0ng-passw0rd' },
      missingId: (entity) => (entity === 'inventory_level' ? '999999@999999' : '999999'),
      create: (entity) => records[known(entity)].create(),
      change: (entity) => records[known(entity)].change(),
      remove: async (entity, remoteId) => await records[known(entity)].remove?.(remoteId),
      refusals: refusalsOf(server),
      stop: remove,
    };
  },
};

type KnownEntity = Exclude<Entity, 'asset'>;

function known(entity: Entity): KnownEntity {
  if (entity !== 'asset') return entity;
  throw new Error('Tryton has no assets, and the connector declares none.');
}

/** Tryton locks a user after more than five wrong logins within five minutes. */
const wrongLoginsToLock = 7;

function refusalsOf(server: TrytonServer): Refusal[] {
  const locked = { user: `locked-${randomUUID().slice(0, 8)}`, password: 'wr0ng-passw0rd' };
  const lock = async (): Promise<void> => {
    const database = new Client({ connectionString: server.databaseUrl });
    await database.connect();
    // Each wrong login makes Tryton wait twice as long, so the attempts are written down instead of made.
    await database.query(
      `INSERT INTO res_user_login_attempt (login, create_date, create_uid)
       SELECT $1, CURRENT_TIMESTAMP, 0 FROM generate_series(1, $2)`,
      [locked.user, wrongLoginsToLock],
    );
    await database.end();
  };
  return [
    {
      title: 'a user without rights',
      entity: 'purchase_order',
      code: 'permission_denied',
      credentials: server.restricted,
    },
    { title: 'another company', entity: 'vendor', code: 'configuration_invalid', settings: { company: 999_999 } },
    {
      title: 'too many wrong logins',
      entity: 'vendor',
      code: 'rate_limited',
      credentials: locked,
      provoke: lock,
    },
    {
      title: 'a server that is gone',
      entity: 'vendor',
      code: 'system_unreachable',
      provoke: () => server.kill(),
      relieve: () => server.restart(),
    },
  ];
}
