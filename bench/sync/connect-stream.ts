import { randomBytes } from 'node:crypto';
import { connectorFor } from '../../connectors/registry.ts';
import type { TemporalEngine } from '../../engine/engine.ts';
import type { SecretBox } from '../../platform/secrets/secret-box.ts';
import { activateConnection, insertConnection } from '../../store/connections.ts';
import type { Database } from '../../store/database.ts';
import { listStreams } from '../../store/streams.ts';
import type { Erp } from './erp.ts';

/** The purchase orders of a connection. */
export interface BenchStream {
  readonly connectionId: string;
  readonly streamId: string;
}

export const entity = 'purchase_order';
const system = 'sandbox';
const dayMs = 86_400_000;
/** All documents of the sample, the oldest included: the peers read them all. */
const windowDays = 3_650;
const checkTimeoutMs = 30_000;

/** Makes a connection as the `connect` workflow does, but with one stream only. */
export async function connectStream(
  { database, engine, secretBox }: { database: Database; engine: TemporalEngine; secretBox: SecretBox },
  erp: Erp,
): Promise<BenchStream> {
  const credentials = { user: 'demo', password: erp.password };
  const { id: connectionId } = await insertConnection(database, {
    system,
    name: `bench-${randomBytes(4).toString('hex')}`,
    settings: { url: erp.url },
    windowDays,
    environment: 'test',
    sealCredentials: (id) => secretBox.seal(credentials, id),
  });
  const connector = connectorFor(system);
  const settings = connector.settings.parse({ url: erp.url });
  const session = connector.open({ settings, credentials, profile: {} });
  try {
    const { fingerprint, systemVersion, profile } = await session.check(AbortSignal.timeout(checkTimeoutMs));
    await activateConnection(database, connectionId, {
      fingerprint,
      systemVersion,
      profile,
      entities: [entity],
      intervalMs: dayMs,
    });
  } finally {
    await session.close();
  }
  const [stream] = await listStreams(database, connectionId);
  if (!stream) throw new Error(`The connection ${connectionId} has no stream.`);
  await engine.ensureSchedule({
    connectionId,
    streamId: stream.id,
    entity: stream.entity,
    system,
    intervalMs: dayMs,
    cron: null,
    timeZone: null,
    paused: false,
  });
  return { connectionId, streamId: stream.id };
}
