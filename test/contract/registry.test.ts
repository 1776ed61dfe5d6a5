import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { missingParts } from './parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'flows-contract-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('every registered connector runs both parts of the contract suite', () => {
  expect(missingParts(Object.keys(connectors), import.meta.dirname)).toEqual([]);
});

test('a registered connector without a harness and a test is refused', () => {
  expect(missingParts([...Object.keys(connectors), 'planted'], import.meta.dirname)).toEqual([
    'planted: there is no harness, test/contract/harnesses/planted.ts',
    'planted: test/contract/planted.test.ts does not call describeConnector',
    'planted: test/contract/planted.test.ts does not call describeRunningSystem with its harness',
  ]);
});

test('a test that leaves part 2 out, or comments it out, is refused', () => {
  cpSync(import.meta.dirname, folder, { recursive: true });
  const imports = "import { harness } from './harnesses/sandbox.ts';\n";
  const lack = 'sandbox: test/contract/sandbox.test.ts does not call describeRunningSystem with its harness';
  for (const part2 of [
    '',
    '// describeRunningSystem(sandbox, harness);\n',
    'describeRunningSystem(sandbox, other);\n',
  ]) {
    writeFileSync(join(folder, 'sandbox.test.ts'), `${imports}describeConnector(sandbox);\n${part2}`);
    expect(missingParts(['sandbox'], folder)).toEqual([lack]);
  }
});
