import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { beforeAll, expect, onTestFinished, test } from 'vitest';

import { resolveLocalPaths } from '../../platform/local/paths.ts';
import { type PostgresOptions, removePostgres, startPostgres, stopPostgres } from '../../platform/local/postgres.ts';
import { ensureDatabase } from '../../platform/local/postgres-query.ts';
import { isAlive, membersOfGroup } from '../../platform/local/process-table.ts';
import { sleeper } from '../support/local/sleeper.ts';
import { startElsewhere } from '../support/local/starter.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

let cacheDir: string;

beforeAll(async () => {
  ({ cacheDir } = await resolveLocalPaths('.', { environment: process.env }));
});

/** Options of a throw-away server whose data others can reach, so that it stays in the test's folder. */
function newServer(): PostgresOptions & { readonly folder: string } {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'postgres');
  onTestFinished(() => removePostgres(dataDir));
  return { folder, dataDir, cacheDir, durable: false, logFile: join(folder, 'postgres.log') };
}

async function query(url: string, text: string): Promise<Record<string, unknown> | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows[0];
  } finally {
    await client.end();
  }
}

test('a durable server flushes what it commits, listens on loopback only and wants its password', async () => {
  const options = { ...newServer(), durable: true };
  const server = await startPostgres(options);
  const settings = await query(
    server.url('postgres'),
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
            current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums,
            current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
            current_setting('server_encoding') as encoding, datlocale as locale
       from pg_database where datname = current_database()`,
  );
  expect(settings).toEqual({
    ...{ fsync: 'on', commit: 'on', pages: 'on', checksums: 'on' },
    ...{ addresses: '127.0.0.1', sockets: '', encoding: 'UTF8', locale: 'C.UTF-8' },
  });
  const password = statSync(join(options.dataDir, 'password'));
  expect(password.mode & 0o777).toBe(0o600);
  const guess = query(server.url('postgres').replace(/:[^:@]+@/, ':guess@'), 'select 1');
  await expect(guess).rejects.toMatchObject({ code: '28P01' });
});

test('a stopped server leaves no process, and its data and port are there at the next start', async () => {
  const options = newServer();
  const first = await startPostgres(options);
  await ensureDatabase(first, 'flows');
  await query(first.url('flows'), 'create table kept as select 7 as n');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(membersOfGroup(first.pid)).toEqual([]);
  const second = await startPostgres(options);
  expect(second).toMatchObject({ adopted: false, port: first.port, version: expect.stringMatching(/^18\./) });
  expect(await query(second.url('flows'), 'select n from kept')).toEqual({ n: 7 });
});

test('the server of a killed process is adopted, and can be stopped', async () => {
  const options = newServer();
  const starter = await startElsewhere<{ pid: number; port: number }>(
    ...(['platform/local/postgres.ts', 'startPostgres', options] as const),
  );
  await starter.kill();
  const adopted = await startPostgres(options);
  expect(adopted).toMatchObject({ adopted: true, pid: starter.started.pid, port: starter.started.port });
  await stopPostgres(options.dataDir);
  expect(isAlive(starter.started.pid)).toBe(false);
});

test('two starters at once get one server', async () => {
  const options = newServer();
  const [a, b] = await Promise.all([
    startElsewhere<{ pid: number; adopted: boolean }>('platform/local/postgres.ts', 'startPostgres', options),
    startElsewhere<{ pid: number; adopted: boolean }>('platform/local/postgres.ts', 'startPostgres', options),
  ]);
  await Promise.all([a.kill(), b.kill()]);
  expect(a.started.pid).toBe(b.started.pid);
  expect([a, b].filter(({ started }) => started.adopted)).toHaveLength(1);
});

test('a half-made cluster is made again', async () => {
  const options = newServer();
  mkdirSync(join(`${options.dataDir}.unfinished`, 'data', 'base'), { recursive: true });
  const server = await startPostgres(options);
  expect(await query(server.url('postgres'), 'select 1 as n')).toEqual({ n: 1 });
  expect(existsSync(`${options.dataDir}.unfinished`)).toBe(false);
});

test('a folder that holds something else is kept aside', async () => {
  const options = newServer();
  mkdirSync(options.dataDir);
  writeFileSync(join(options.dataDir, 'mine.txt'), 'mine');
  await startPostgres(options);
  const [aside] = readdirSync(options.folder).filter((name) => name.startsWith('postgres.incomplete-'));
  expect(readFileSync(join(options.folder, aside ?? '', 'mine.txt'), 'utf8')).toBe('mine');
});

test('a pid file whose number another process has now does not hold up the start, and that process lives on', async () => {
  const options = newServer();
  const first = await startPostgres(options);
  const pidFile = join(options.dataDir, 'data', 'postmaster.pid');
  const content = readFileSync(pidFile, 'utf8');
  const other = sleeper({ uid: statSync(pidFile).uid });
  await first.stop();
  writeFileSync(pidFile, content.replace(/^\d+/, String(other.pid)));
  const second = await startPostgres(options);
  expect(second.adopted).toBe(false);
  expect(isAlive(other.pid)).toBe(true);
});

test('what a durable server committed is there after it was killed', async () => {
  const options = { ...newServer(), durable: true };
  const first = await startPostgres(options);
  await query(first.url('postgres'), 'create table kept as select 8 as n');
  process.kill(first.pid, 'SIGKILL');
  const second = await startPostgres(options);
  expect(await query(second.url('postgres'), 'select n from kept')).toEqual({ n: 8 });
});

test('a wanted port that is taken is not used', async () => {
  const [a, b] = [newServer(), newServer()];
  const first = await startPostgres(a);
  const second = await startPostgres({ ...b, port: first.port });
  expect(second.port).not.toBe(first.port);
});

test('data of another major version is refused with what to do', async () => {
  const options = newServer();
  const server = await startPostgres(options);
  await server.stop();
  writeFileSync(join(options.dataDir, 'data', 'PG_VERSION'), '16\n');
  await expect(startPostgres(options)).rejects.toMatchObject({
    code: 'configuration_invalid',
    message: expect.stringMatching(/made by PostgreSQL 16, and this version of Flows runs PostgreSQL 18/),
  });
});

test('two creators of one database both succeed', async () => {
  const server = await startPostgres(newServer());
  await Promise.all([ensureDatabase(server, 'twice'), ensureDatabase(server, 'twice')]);
  expect(await query(server.url('twice'), 'select current_database() as name')).toEqual({ name: 'twice' });
});
