import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { waitUntil } from '../../platform/local/wait.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

const script = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

/** A checkout of one package whose npm notes each call and, while `hold` is there, takes its time. */
function checkout() {
  const root = temporaryFolder();
  cpSync(script, join(root, 'scripts', 'setup.mjs'));
  const lock = (version: string) =>
    writeFileSync(
      join(root, 'package-lock.json'),
      JSON.stringify({ packages: { '': {}, 'node_modules/one': { version, integrity: `sha512-${version}` } } }),
    );
  lock('1.0.0');
  writeFileSync(
    join(root, 'npm.cjs'),
    `const fs = require('fs'), path = require('path');
     fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
     if (fs.existsSync('fail')) { console.error('npm error: nothing works'); process.exit(7); }
     const finish = () => {
       if (fs.existsSync('hold')) return setTimeout(finish, 20);
       fs.mkdirSync('node_modules/one', { recursive: true });
       fs.writeFileSync('node_modules/one/package.json', '{}');
       const { packages: { '': root, ...packages } } = JSON.parse(fs.readFileSync('package-lock.json'));
       fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
     };
     finish();`,
  );
  const start = () => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'setup.mjs')], {
      env: { npm_execpath: join(root, 'npm.cjs'), PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, errors })) };
  };
  const calls = () =>
    existsSync(join(root, 'calls')) ? readFileSync(join(root, 'calls'), 'utf8').split('\n').length - 1 : 0;
  const hold = () => writeFileSync(join(root, 'hold'), '');
  return { root, lock, start, calls, hold, run: () => start().ended };
}

function called(calls: () => number): Promise<true | undefined> {
  return waitUntil(() => (calls() > 0 ? true : undefined), { timeoutMs: 20_000, intervalMs: 10 });
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('packages are installed once, and again when the lock file changed', async () => {
  const { run, calls, lock } = checkout();
  expect((await run()).code).toBe(0);
  expect(await run()).toEqual({ code: 0, errors: '' });
  expect(calls()).toBe(1);
  lock('1.0.1');
  await run();
  expect(calls()).toBe(2);
});

test('an install that somebody made with npm is recognised', async () => {
  const { run, root, calls } = checkout();
  await run();
  writeFileSync(join(root, 'node_modules', '.flows-lock'), '');
  await run();
  expect(calls()).toBe(1);
});

test('an install with a missing package is done again', async () => {
  const { run, root, calls, lock } = checkout();
  mkdirSync(join(root, 'node_modules'));
  lock('1.0.0');
  const record = { packages: { 'node_modules/one': { version: '1.0.0', integrity: 'sha512-1.0.0' } } };
  writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify(record));
  await run();
  expect(calls()).toBe(1);
});

test('a failure shows what npm said, leaves no record and is tried again', async () => {
  const { run, root, calls } = checkout();
  writeFileSync(join(root, 'fail'), '');
  const { code, errors } = await run();
  expect(code).toBe(1);
  expect(errors).toContain('npm error: nothing works');
  await run();
  expect(calls()).toBe(2);
});

test('two at once install once', async () => {
  const { run, calls } = checkout();
  const [a, b] = await Promise.all([run(), run()]);
  expect([a.code, b.code]).toEqual([0, 0]);
  expect(calls()).toBe(1);
});

test('an npm that outlived its killed set-up is waited for, not joined by another', async () => {
  const { start, root, calls, hold } = checkout();
  hold();
  const first = start();
  await called(calls);
  await kill(first.child);
  const second = start();
  // Time enough for a second npm, if there were to be one.
  await waitUntil(() => (calls() > 1 ? true : undefined), { timeoutMs: 1_500, intervalMs: 20 });
  rmSync(join(root, 'hold'));
  expect((await second.ended).code).toBe(0);
  expect(calls()).toBe(1);
});
