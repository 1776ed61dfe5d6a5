import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');
const configFiles = ['tsconfig.json', 'biome.json', '.oxlintrc.json', 'knip.json', '.dependency-cruiser.cjs'];

/** Files by their path in the tree. */
export type Files = Readonly<Record<string, string>>;

export interface CheckFixture {
  readonly root: string;
  remove(): Promise<void>;
}

/**
 * A small tree in a temporary folder, under the repository's own configuration files, that passes every part of the
 * check; with `planted` laid over it. `remove` deletes it.
 */
export async function checkFixture(planted: Files): Promise<CheckFixture> {
  const root = await mkdtemp(join(tmpdir(), 'flows-check-'));
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'));
  await Promise.all(configFiles.map((name) => cp(join(repository, name), join(root, name))));
  for (const [path, text] of Object.entries({ ...goodTree, ...planted })) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

const manifest = {
  name: 'fixture',
  private: true,
  type: 'module',
  dependencies: { '@temporalio/workflow': '*' },
  devDependencies: { '@types/node': '*', typescript: '*' },
};

const goodTree: Files = {
  'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
  'model/errors/codes.ts': `export const locked = 'locked';\n`,
  'model/label.ts': `export function label(name: string): string {
  return name.trim();
}
`,
  'connectors/connector.ts': `export interface Connector {
  readonly system: string;
}
`,
  'connectors/http/paging.ts': `export const pageSize = 100;\n`,
  'connectors/alpha/connector.ts': `import type { Connector } from '../connector.ts';
import { pageSize } from '../http/paging.ts';

export const alpha: Connector = { system: \`alpha \${pageSize}\` };
`,
  'connectors/beta/connector.ts': `import type { Connector } from '../connector.ts';

export const beta: Connector = { system: 'beta' };
`,
  'connectors/registry.ts': `import { alpha } from './alpha/connector.ts';
import { beta } from './beta/connector.ts';

export const registry = [alpha, beta];
`,
  'store/records.ts': `import { label } from '../model/label.ts';

export async function save(name: string): Promise<string> {
  return label(name);
}
`,
  'activities/index.ts': `import { registry } from '../connectors/registry.ts';
import { save } from '../store/records.ts';

export const activities = {
  saveAll: () => Promise.all(registry.map((connector) => save(connector.system))),
};
`,
  'workflows/index.ts': `import { proxyActivities } from '@temporalio/workflow';
import type { activities } from '../activities/index.ts';
import { locked } from '../model/errors/codes.ts';

const { saveAll } = proxyActivities<typeof activities>({ startToCloseTimeout: '1 minute' });

export async function sync(): Promise<string> {
  const names = await saveAll();
  return names[0] ?? locked;
}
`,
  'worker/main.ts': `import { activities } from '../activities/index.ts';

await activities.saveAll();
`,
};
