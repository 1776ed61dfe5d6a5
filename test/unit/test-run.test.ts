import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const copied = [
  'vitest.config.ts',
  'tsconfig.json',
  'scripts/test.ts',
  'scripts/check/source-files.ts',
  'test/support/kinds.ts',
];
const kinds = ['unit', 'contract', 'replay', 'workflow', 'integration', 'chaos'];
const roots: string[] = [];

afterEach(async () => {
  await Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true, force: true })));
});

test('a run with a passing test of every kind ends well', async () => {
  const run = await runTests(passing(kinds));

  expect(run.lastLine).toBe('6 passed, 0 failed');
  expect(run.code).toBe(0);
});

test('a missing kind, a skipped test, a failed test, a broken file and a stray file each count as failed', async () => {
  const run = await runTests({
    ...passing(kinds.slice(1)),
    'test/contract/skipped.test.ts': `import { test } from 'vitest';\ntest.skip('later', () => {});\ntest.todo('some day');\n`,
    'test/replay/failed.test.ts': `import { test } from 'vitest';\ntest('fails', () => { throw new Error('no'); });\n`,
    'test/chaos/broken.test.ts': `throw new Error('does not load');\n`,
    'test/elsewhere/stray.test.ts': `import { test } from 'vitest';\ntest('never runs', () => {});\n`,
  });

  expect(run.lastLine).toBe('5 passed, 6 failed');
  expect(run.code).toBe(1);
  expect(run.stdout).toContain('no test of the kind unit');
  expect(run.stdout).toContain('test/contract/skipped.test.ts > some day');
  expect(run.stdout).toContain('test/chaos/broken.test.ts: failed outside of its tests');
  expect(run.stdout).toContain('test/elsewhere/stray.test.ts: belongs to no kind');
});

function passing(names: readonly string[]): Record<string, string> {
  const text = `import { test } from 'vitest';\ntest('passes', () => {});\n`;
  return Object.fromEntries(names.map((name) => [`test/${name}/passing.test.ts`, text]));
}

/** Runs a copy of scripts/test.ts over these test files, in a temporary tree. */
async function runTests(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'flows-test-run-'));
  roots.push(root);
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  await writeFile(join(root, 'package.json'), '{ "type": "module" }');
  for (const path of copied) await cp(join(repository, path), join(root, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return new Promise<{ code: number; stdout: string; lastLine: string | undefined }>((done) => {
    const args = [join(root, 'node_modules/.bin/tsx'), 'scripts/test.ts'];
    execFile(process.execPath, args, { cwd: root, timeout: 50_000 }, (error, stdout) => {
      done({ code: error ? Number(error.code) : 0, stdout, lastLine: stdout.trimEnd().split('\n').at(-1) });
    });
  });
}
