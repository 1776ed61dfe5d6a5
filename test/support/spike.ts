import { mkdirSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { connectors } from '../../connectors/registry.ts';
import { createEngine } from '../../engine/engine.ts';
import { createLogger } from '../../platform/logging/logger.ts';
import { startPostgres } from '../../platform/local/postgres.ts';
import { startTemporal } from '../../platform/local/temporal.ts';
import { createSecretBox, newMasterKey } from '../../platform/secrets/secret-box.ts';
import { ensureDatabase } from '../../platform/local/postgres-query.ts';
import { startSandboxErp } from '../../platform/local/sandbox-erp/server.ts';
import { insertConnection } from '../../store/connections.ts';
import { openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { requestSync } from '../../store/requests.ts';
import { listStreams } from '../../store/streams.ts';
import { bundleWorkflows } from '../../worker/bundle.ts';
import { createSessions } from '../../worker/sessions.ts';
import { createWorkers, runWorkers } from '../../worker/workers.ts';
import { searchAttributeNames } from '../../workflows/contract.ts';

mkdirSync('/tmp/spike/pg', { recursive: true });
Runtime.install({ logger: new DefaultLogger('WARN') });
const pg = await startPostgres({ dataDir: '/tmp/spike/pg', cacheDir: '/root/.cache/flows', durable: true, logFile: '/tmp/spike/pg.log' } as never);
const temporal = await startTemporal({ binary: '/root/.cache/flows-session/bin/temporal', stateDir: '/tmp/spike', namespace: 'default', searchAttributes: Object.fromEntries(searchAttributeNames.map((n) => [n, 'Keyword'])), logFile: '/tmp/spike/temporal.log', ui: false } as never);
const name = `t${Date.now()}`;
await ensureDatabase(pg, name);
const database = openDatabase(pg.url(name), { applicationName: 'spike', connectionsMax: 20 });
await migrate(database);
const erp = await startSandboxErp({ records: Number(process.argv[2] ?? 500), bulk: process.argv[3] === 'bulk', password: 'pw', only: process.argv[3] === 'bulk' ? 'purchase-orders' : undefined } as never);
console.log(erp.url, Object.keys(connectors));
const secretBox = createSecretBox(newMasterKey());
const connection = await insertConnection(database, { system: 'sandbox', name: 'demo', settings: { url: erp.url }, windowDays: 90, environment: 'test', sealCredentials: (id) => secretBox.seal({ user: 'demo', password: 'pw' }, id) });
const client = await Connection.connect({ address: temporal.address });
const native = await NativeConnection.connect({ address: temporal.address });
const engine = createEngine(new Client({ connection: client }));
const workers = await createWorkers({ connection: native, namespace: 'default', workflowBundle: await bundleWorkflows(), dependencies: { database, sessions: createSessions(secretBox), engine }, logger: createLogger({ level: 'warn', name: 'spike' }), identity: 'spike', syncStepsMax: 4, controlStepsMax: 10, shutdownGraceMs: 1000 });
const running = runWorkers(workers);
const t0 = Date.now();
await engine.startConnect({ connectionId: connection.id, system: 'sandbox' });
const settled = async () => {
  for (let i = 0; i < 600; i++) {
    const streams = await listStreams(database, connection.id);
    if (streams.length > 0 && streams.every((s) => s.run_state && s.run_state !== 'running')) return streams;
    const { rows } = await database.pool.query('select lifecycle, last_error from connection');
    if (rows[0].lifecycle === 'failed') { console.log(rows[0]); return streams; }
    await new Promise((r) => setTimeout(r, 200));
  }
  return listStreams(database, connection.id);
};
const show = (streams: Awaited<ReturnType<typeof listStreams>>) => { for (const s of streams) console.log(s.entity, s.run_kind, s.run_state, JSON.stringify(s.run_counts), s.watermark, s.sequence, JSON.stringify(s.run_error)); };
show(await settled());
console.log('initial ms', Date.now() - t0);
for (const mode of ['incremental', 'reconcile'] as const) {
  for (const s of await listStreams(database, connection.id)) {
    const request = await requestSync(database, { streamId: s.id, mode, origin: 'manual', allowDeletes: false });
    await engine.startSync({ connectionId: connection.id, streamId: s.id, entity: s.entity, system: 'sandbox', mode, requestId: request.id });
  }
  for (let i = 0; i < 300; i++) {
    const { rows } = await database.pool.query(`select count(*) n from sync_request where state in ('pending','taken')`);
    if (rows[0].n === 0) break;
    await new Promise((r) => setTimeout(r, 200));
  }
  show(await listStreams(database, connection.id));
}
console.log((await database.pool.query(`select e.kind, e.entity, e.state, a.name, a.attempt, a.queue_ms, a.outcome, a.error_code, a.error_message, a.timings from attempt a join execution e on e.id = a.execution_id order by a.started_at`)).rows.map((r) => JSON.stringify(r)).join('\n'));
console.log((await database.pool.query(`select code, message, remote_id from quarantine limit 5`)).rows);
for (const w of workers) w.shutdown();
await running;
await native.close(); await client.close(); await erp.close(); await database.close(); await temporal.stop(); await pg.stop();
