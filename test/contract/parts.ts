import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What connectors lack of the contract suite: each has a harness, `harnesses/<system>.ts`, and a test file,
 * `<system>.test.ts`, that runs both parts. `folder` is `test/contract/`; one line per lack.
 */
export function missingParts(systems: readonly string[], folder: string): string[] {
  return systems.flatMap((system) => {
    const testFile = `${system}.test.ts`;
    const harnessFile = `harnesses/${system}.ts`;
    const test = existsSync(join(folder, testFile)) ? readFileSync(join(folder, testFile), 'utf8') : '';
    const wanted: readonly (readonly [string, boolean])[] = [
      [`there is no harness, test/contract/${harnessFile}`, existsSync(join(folder, harnessFile))],
      [`test/contract/${testFile} does not call describeConnector`, /^describeConnector\(\w+\);$/m.test(test)],
      [
        `test/contract/${testFile} does not call describeRunningSystem with its harness`,
        /^describeRunningSystem\(\w+, harness\);$/m.test(test) && test.includes(`from './${harnessFile}'`),
      ],
    ];
    return wanted.flatMap(([lack, isThere]) => (isThere ? [] : [`${system}: ${lack}`]));
  });
}
