import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkParts, type PartName } from '../../scripts/check/parts.ts';
import { generateConnector } from '../../scripts/new-connector/generate.ts';
import { addToRegistry } from '../../scripts/new-connector/registry-text.ts';
import { missingParts } from '../contract/parts.ts';

const repository = resolve(import.meta.dirname, '../..');
const system = 'planted-erp';

/** Not part of the source; the packages are linked instead. */
const leftOut = new Set(['node_modules', '.git', '.flows', 'dist']);

let root: string;
let made: string[];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'flows-new-connector-'));
  const isCopied = (path: string): boolean => !leftOut.has(basename(path));
  cpSync(repository, root, { recursive: true, filter: isCopied });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  made = await generateConnector(system, { root });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a generated connector', () => {
  test('is complete: no placeholder is left, and the registry and the contract suite have it', () => {
    expect(made.length).toBeGreaterThan(8);
    expect(made.filter((path) => /\{\{\w+\}\}/.test(readFileSync(join(root, path), 'utf8')))).toEqual([]);
    expect(missingParts([system], join(root, 'test/contract'))).toEqual([]);
    const registry = readFileSync(join(root, 'connectors/registry.ts'), 'utf8');
    expect(registry).toContain(`import { plantedErp } from './${system}/index.ts';`);
    expect(registry).toContain('  [plantedErp.system]: plantedErp,');
  });

  test('passes part 1, and fails part 2 with a message that says what it needs', async () => {
    const { report, output } = await runContract();
    const tests = report.testResults.flatMap((file) => file.assertionResults);
    const part1 = tests.filter(({ fullName }) => fullName.includes('part 1'));
    const part2 = tests.filter(({ fullName }) => fullName.includes('part 2'));
    expect(part1.length).toBeGreaterThan(15);
    expect(part1.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(part2.filter(({ status }) => status === 'passed')).toEqual([]);
    expect(report.success).toBe(false);
    expect(output).toMatch(
      /Part 2 has no Planted Erp to run on\. Make test\/contract\/harnesses\/planted-erp\.ts start one/,
    );
  });

  test('passes part 2 as well, on a server that keeps to what the template makes up', async () => {
    const stub = join(root, `test/contract/harnesses/${system}.ts`);
    const text = readFileSync(stub, 'utf8');
    writeFileSync(stub, "export { harness } from '../../support/new-connector/template-harness.ts';\n");
    const { report, output } = await runContract();
    writeFileSync(stub, text);
    expect({ success: report.success, output }).toMatchObject({ success: true });
  });

  test.each<PartName>(['types', 'lint', 'format', 'imports', 'sizes'])(
    'has nothing that the check %s refuses',
    async (part) => {
      const { output } = await checkParts[part](root);
      expect(output).not.toContain('did not run to its end');
      const lines = output
        .split('\n')
        .filter((line) => line.includes(system) || line.includes('connectors/registry.ts'));
      expect(lines).toEqual([]);
    },
  );
});

describe('what is refused leaves everything as it was', () => {
  test.each(['', 'SAP', 'sap_s4', 'sap--s4', '-sap', 'sap-', '4sap', '../sap', 'sap s4', 'http', 'a'.repeat(31)])(
    'the name %j',
    async (name) => {
      await expect(generateConnector(name, { root })).rejects.toThrow(/cannot name a system/);
    },
  );

  test('a connector that exists, or left a file behind', async () => {
    await expect(generateConnector(system, { root })).rejects.toThrow('connectors/planted-erp exists already');
    writeFileSync(join(root, 'test/contract/harnesses/left-over.ts'), '');
    await expect(generateConnector('left-over', { root })).rejects.toThrow(
      'test/contract/harnesses/left-over.ts exists',
    );
    expect(existsSync(join(root, 'connectors/left-over'))).toBe(false);
    expect(readdirSync(join(root, 'test/contract'))).not.toContain('left-over.test.ts');
  });

  test('a registry of another form', () => {
    expect(() => addToRegistry('export const connectors = {};\n', system)).toThrow(/add the line .* by hand/);
  });
});

test('a registry line is put in its alphabetical place, first and last too', () => {
  const registry = readFileSync(join(repository, 'connectors/registry.ts'), 'utf8');
  const all = ['aa', 'planted-erp', 'zz'].reduce((text, name) => addToRegistry(text, name), registry);
  const order = [...all.matchAll(/^ {2}\[(\w+)\.system\]/gm)].map(([, name]) => name);
  expect(order).toEqual(order.toSorted((left = '', right = '') => (left < right ? -1 : 1)));
  expect(order).toEqual(expect.arrayContaining(['aa', 'plantedErp', 'zz', 'sandbox']));
});

interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the generated test file in the copy, in a process of its own. */
function runContract(): Promise<{ report: Report; output: string }> {
  const reportFile = join(root, 'dist/report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const args = ['run', '--project', 'contract', `test/contract/${system}.test.ts`, ...reporters];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  return new Promise((done, fail) => {
    const options = { cwd: root, env: { ...env, NO_COLOR: '1' } };
    execFile(join(root, 'node_modules/.bin/vitest'), args, options, (_failure, stdout, stderr) => {
      const output = `${stdout}\n${stderr}`;
      if (!existsSync(reportFile)) return fail(new Error(`vitest wrote no report: ${output}`));
      done({ report: JSON.parse(readFileSync(reportFile, 'utf8')) as Report, output });
    });
  });
}
