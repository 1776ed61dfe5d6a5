import { execFile } from 'node:child_process';
import { copyFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');
/** It compiles the project and bundles the workflows: a minute on a busy machine. */
const timeoutMs = 240_000;

/** What the image has beside `dist/`: package.json and the packages. */
const useBuilt = `
  const { checkSchema } = await import('./dist/store/migrate.js');
  const query = async () => ({ rows: [{ table: null }] });
  await checkSchema({ pool: { query } }).catch((error) => console.log(error.message));
  const { bundleWorkflows } = await import('./dist/worker/bundle.js');
  const { code } = await bundleWorkflows();
  console.log(code.match(/function incrementalSync\\b/)?.[0]);
  await import('./dist/client/cli/main.js');`;

it(
  'builds a worker that runs without TypeScript, with its migrations and workflows',
  async () => {
    const folder = temporaryFolder();
    copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const build = await run(['--import', 'tsx', 'scripts/build.ts', join(folder, 'dist')], root);
    expect(build).toMatchObject({ code: 0 });

    const worker = await run(['dist/worker/main.js'], folder);
    expect(worker.code).toBe(1);
    expect(worker.output).toContain('DATABASE_URL is not set.');

    const used = await run(['--input-type=module', '-e', useBuilt], folder);
    expect(used).toMatchObject({ code: 0 });
    expect(used.output).toContain('The database lacks the migrations 0001_initial');
    expect(used.output).toContain('function incrementalSync');
  },
  timeoutMs,
);

interface Ended {
  readonly code: number;
  readonly output: string;
}

function run(argv: readonly string[], folder: string): Promise<Ended> {
  const settings = { cwd: folder, env: { PATH: '/usr/bin:/bin', HOME: folder } };
  return new Promise((done) => {
    execFile(process.execPath, [...argv], settings, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}
