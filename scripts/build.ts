import { cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runTool } from './check/run-tool.ts';

/**
 * `npm run build [-- folder]`: compiles the worker, the `flows` command and the workflows, with all that they import, to
 * `dist/` or the folder given, and puts the migrations beside them. The result runs with production packages alone.
 */
async function main(folder = 'dist'): Promise<void> {
  const root = resolve(import.meta.dirname, '..');
  const target = resolve(root, folder);
  rmSync(target, { recursive: true, force: true });
  const { ok, output } = await runTool(root, {
    tool: 'tsc',
    args: ['-p', 'tsconfig.build.json', '--outDir', target],
  });
  if (!ok) {
    console.error(output.trim());
    process.exitCode = 1;
    return;
  }
  cpSync(join(root, 'store/migrations'), join(target, 'store/migrations'), { recursive: true });
  console.log(`Built in ${target}.`);
}

await main(process.argv[2]);
