import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { installBinary } from '../../platform/local/install-binary.ts';
import { findTemporalBinary } from '../../platform/local/temporal-binary.ts';
import { temporalDownload } from '../../platform/local/temporal-download.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

const environment = { PATH: '/usr/bin:/bin' };
const quiet = () => undefined;

function program(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('installBinary', () => {
  const base = { environment, onProgress: quiet, title: 'a thing', advice: 'Get it yourself.' };
  const works = { name: 'works', install: async (folder: string) => program(folder, 'x', 'echo hi') };
  const fails = { name: 'fails', install: () => Promise.reject(new Error('host out of reach')) };

  test('the next way is taken when one fails, and nothing half-made stays', async () => {
    const cacheDir = temporaryFolder();
    const file = await installBinary('thing-1', { ...base, cacheDir, ways: [fails, works] });
    expect(execFileSync(file, { encoding: 'utf8' })).toBe('hi\n');
    expect(readdirSync(join(cacheDir, 'bin'))).toEqual(['thing-1']);
  });

  test('two at once get it once', async () => {
    const cacheDir = temporaryFolder();
    let installs = 0;
    const counted = { name: 'counted', install: (folder: string) => (installs++, works.install(folder)) };
    const options = { ...base, cacheDir, ways: [counted] };
    const [a, b] = await Promise.all([installBinary('thing-1', options), installBinary('thing-1', options)]);
    expect(a).toBe(b);
    expect(installs).toBe(1);
  });

  test('what an interrupted run left is removed', async () => {
    const cacheDir = temporaryFolder();
    program(join(cacheDir, 'bin', 'thing-1.unfinished-0'), 'half', 'exit 1');
    await installBinary('thing-1', { ...base, cacheDir, ways: [works] });
    expect(readdirSync(join(cacheDir, 'bin'))).toEqual(['thing-1']);
  });

  test('when no way works the error says what each said and what to do', async () => {
    const install = installBinary('thing-1', { ...base, cacheDir: temporaryFolder(), ways: [fails] });
    await expect(install).rejects.toMatchObject({
      code: 'engine_unavailable',
      message: 'a thing is not here and could not be got.\n- fails: host out of reach\nGet it yourself.',
    });
  });
});

describe('temporalDownload', () => {
  async function service(answer: (url: string, origin: string) => { status: number; body: string | Buffer }) {
    const server = createServer((request, response) => {
      const { status, body } = answer(request.url ?? '', `http://${request.headers.host}`);
      response.writeHead(status).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  function archiveOf(folder: string): Buffer {
    program(join(folder, 'made'), 'temporal', 'echo downloaded');
    execFileSync('tar', ['-czf', join(folder, 'made.tar.gz'), '-C', join(folder, 'made'), 'temporal']);
    return readFileSync(join(folder, 'made.tar.gz'));
  }

  test('the program is taken out of the archive that the service names', async () => {
    const folder = temporaryFolder();
    const archive = archiveOf(folder);
    const asked: string[] = [];
    const origin = await service((url, self) => {
      asked.push(url);
      if (url === '/archive') return { status: 200, body: archive };
      return { status: 200, body: JSON.stringify({ archiveUrl: `${self}/archive`, fileToExtract: 'temporal' }) };
    });
    const way = temporalDownload({
      ...{ artifact: 'cli', version: 'v1.5.1', origin },
      ...{ cacheDir: folder, environment, onProgress: quiet },
    });
    mkdirSync(join(folder, 'out'));
    expect(execFileSync(await way.install(join(folder, 'out')), { encoding: 'utf8' })).toBe('downloaded\n');
    expect(asked[0]).toMatch(/^\/cli\/v1\.5\.1\?platform=(linux|darwin)&arch=(amd64|arm64)&format=tar\.gz$/);
  });

  test('a refusal names the address and the status', async () => {
    const origin = await service(() => ({ status: 403, body: '' }));
    const way = temporalDownload({
      ...{ artifact: 'cli', version: 'v1.5.1', origin },
      ...{ cacheDir: '', environment, onProgress: quiet },
    });
    await expect(way.install(temporaryFolder())).rejects.toThrow(
      new RegExp(`^GET ${origin}/cli/v1.5.1.* answered 403$`),
    );
  });
});

describe('findTemporalBinary', () => {
  const says = 'echo "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"';

  test('TEMPORAL_CLI_PATH goes first', async () => {
    const folder = temporaryFolder();
    const onPath = program(join(folder, 'path'), 'temporal', says);
    const given = program(join(folder, 'given'), 'temporal', says);
    const options = { cacheDir: join(folder, 'cache'), onProgress: quiet };
    const PATH = join(folder, 'path');
    expect(await findTemporalBinary({ ...options, environment: { PATH, TEMPORAL_CLI_PATH: given } })).toBe(given);
    expect(await findTemporalBinary({ ...options, environment: { PATH } })).toBe(onPath);
  });

  test('a TEMPORAL_CLI_PATH that does not run is an error, not skipped', async () => {
    const found = findTemporalBinary({
      cacheDir: temporaryFolder(),
      environment: { TEMPORAL_CLI_PATH: '/nowhere/temporal' },
      onProgress: quiet,
    });
    await expect(found).rejects.toMatchObject({ code: 'configuration_invalid' });
  });

  test('another program of that name on PATH is left aside, with a word about it, for the one in the cache', async () => {
    const folder = temporaryFolder();
    program(join(folder, 'path'), 'temporal', 'echo "temporal, a calendar"');
    const cached = program(join(folder, 'cache', 'bin'), 'temporal-v1.5.1', says);
    const said: string[] = [];
    const found = await findTemporalBinary({
      cacheDir: join(folder, 'cache'),
      environment: { PATH: join(folder, 'path') },
      onProgress: (message) => said.push(message),
    });
    expect(found).toBe(cached);
    expect(said.join('\n')).toContain('which is no Temporal CLI: --version printed "temporal, a calendar"');
  });
});
