import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { runTool } from '../check/run-tool.ts';
import { addToRegistry, identifierOf } from './registry-text.ts';

const templates = join(import.meta.dirname, 'templates');

/** Longer names break lines that the templates hold in one. */
const nameLengthMax = 30;
const namePattern = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;

/** Folders beside the connectors that are no connector. */
const reservedNames: readonly string[] = ['http'];

/** Each template and where it goes, in the order in which a person would read them. */
function filesOf(system: string): readonly (readonly [template: string, path: string])[] {
  const names = ['README.md', 'index.ts', 'session.ts', 'errors.ts', 'vendor.ts', 'fixtures/vendor.json'];
  return [
    ...names.map((name) => [`connector/${name}.template`, `connectors/${system}/${name}`] as const),
    ['test/connector.test.ts.template', `test/contract/${system}.test.ts`],
    ['test/harness.ts.template', `test/contract/harnesses/${system}.ts`],
  ];
}

/**
 * Makes the folder, fixtures, test and harness stub of a new connector under `root`, and its lines in the registry; gives
 * the paths. Nothing is written when the name is bad or one of the files exists: then it throws an Error that says so.
 */
export async function generateConnector(
  system: string,
  { root = resolve(import.meta.dirname, '../..') }: { readonly root?: string } = {},
): Promise<string[]> {
  refuseBadName(system);
  const files = filesOf(system);
  const taken = [`connectors/${system}`, ...files.map(([, path]) => path)].find((path) => existsSync(join(root, path)));
  if (taken !== undefined) {
    throw new Error(`${taken} exists already. Choose another name, or delete what an earlier attempt left.`);
  }
  const values = { system, identifier: identifierOf(system), title: titleOf(system) };
  const registry = 'connectors/registry.ts';
  const registryText = addToRegistry(await readFile(join(root, registry), 'utf8'), system);
  for (const [template, path] of files) {
    const text = fill(await readFile(join(templates, template), 'utf8'), values);
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { flag: 'wx' });
  }
  await writeFile(join(root, registry), registryText);
  const paths = [...files.map(([, path]) => path), registry];
  await format(root, paths);
  return paths;
}

/** Where lines break depends on the length of the name. */
async function format(root: string, paths: readonly string[]): Promise<void> {
  const args = ['format', '--write', ...paths.filter((path) => path.endsWith('.ts'))];
  const { ok, output } = await runTool(root, { tool: 'biome', args });
  if (!ok) throw new Error(`The connector is made, but not formatted (npm run format does it):\n${output}`);
}

function refuseBadName(system: string): void {
  if (namePattern.test(system) && system.length <= nameLengthMax && !reservedNames.includes(system)) return;
  throw new Error(
    `"${system}" cannot name a system: use lower-case words joined by hyphens, each beginning with a letter, at most ` +
      `${nameLengthMax} characters, e.g. "sap-s4hana"${reservedNames.includes(system) ? '; this one is reserved' : ''}.`,
  );
}

function titleOf(system: string): string {
  return system
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`A template asks for "${name}", which nothing gives.`);
    return value;
  });
}
