import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { kinds } from './test/support/kinds.ts';

const globalSetup = join(import.meta.dirname, 'test/support/global-setup.ts');

const projects = Object.entries(kinds).map(([name, kind], index) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: kind.servers && existsSync(globalSetup) ? [globalSetup] : [],
    testTimeout: kind.timeoutMs,
    hookTimeout: kind.timeoutMs,
    fileParallelism: !kind.alone,
    sequence: { groupOrder: kind.alone ? index + 1 : 0 },
  },
}));

export default defineConfig({
  test: {
    // Temporal's native modules do not live in worker threads.
    pool: 'forks',
    maxWorkers: 2,
    exclude: ['**/node_modules/**', '**/dist/**'],
    projects,
  },
});
