import { resolve } from 'node:path';
import { parseCLI, startVitest, type Vitest } from 'vitest/node';
import { kinds } from '../test/support/kinds.ts';
import { sourceFiles } from './check/source-files.ts';

/**
 * `npm test`: runs the tests of all kinds once, then says how many there were of each kind. A skipped test, a kind
 * without a test, a test file that belongs to no kind and an error outside of tests count as failed.
 * `npm test -- store --project unit` takes vitest's own filters and options; then a kind may be empty
 * and a test may be skipped.
 * The last line is always `<n> passed, <n> failed`.
 */
async function main(argv: readonly string[]): Promise<void> {
  const { filter, options } = parseCLI(['vitest', 'run', ...argv]);
  const vitest = await startVitest('test', filter, { ...options, watch: false, allowOnly: false });
  const tests = countTests(vitest);
  const whole = argv.length === 0;
  const skipped = whole ? tests.skipped : [];
  const problems = [...problemsOutsideTests(vitest), ...(whole ? missingTests(tests) : [])];
  await vitest.close();
  for (const name of Object.keys(kinds)) console.log(`${name.padEnd(12)} ${tests.perKind.get(name) ?? 0} tests`);
  if (skipped.length > 0) console.log(`\nSkipped, which counts as failed:\n  ${skipped.join('\n  ')}`);
  if (problems.length > 0) console.log(`\nCounted as failed beside the tests:\n  ${problems.join('\n  ')}`);
  end({ passed: tests.passed, failed: tests.failed + skipped.length + problems.length });
}

interface TestCount {
  readonly perKind: Map<string, number>;
  /** Full names of tests that did not run: skipped, todo, or never reached. */
  readonly skipped: string[];
  passed: number;
  failed: number;
}

function countTests(vitest: Vitest): TestCount {
  const count: TestCount = { perKind: new Map(), skipped: [], passed: 0, failed: 0 };
  for (const module of vitest.state.getTestModules()) {
    const kind = module.project.name;
    for (const test of module.children.allTests()) {
      count.perKind.set(kind, (count.perKind.get(kind) ?? 0) + 1);
      const { state } = test.result();
      if (state === 'passed') count.passed += 1;
      else if (state === 'failed') count.failed += 1;
      else count.skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
    }
  }
  return count;
}

/** Files that could not be loaded, hooks of suites that failed, and errors that belong to no test. */
function problemsOutsideTests(vitest: Vitest): string[] {
  const inFiles = vitest.state.getTestModules().flatMap((module) => {
    const suites = [module, ...module.children.allSuites()];
    const hasErrors = suites.some((suite) => suite.errors().length > 0);
    return hasErrors ? [`${module.relativeModuleId}: failed outside of its tests, see above`] : [];
  });
  const unhandled = vitest.state.getUnhandledErrors().map(() => 'an unhandled error, see above');
  return [...inFiles, ...unhandled];
}

function missingTests(tests: TestCount): string[] {
  const emptyKinds = Object.entries(kinds)
    .filter(([name, kind]) => kind.required && !tests.perKind.has(name))
    .map(([name]) => `no test of the kind ${name} (test/${name}/)`);
  const strays = sourceFiles(resolve(import.meta.dirname, '..'), 'test')
    .filter((path) => /\.test\.[^/]+$/.test(path) && !Object.hasOwn(kinds, path.split('/')[1] ?? ''))
    .map((path) => `${path}: belongs to no kind, so it did not run`);
  return [...emptyKinds, ...strays];
}

/** Writes the last line and ends the process, whatever a test has left open. */
function end({ passed, failed }: { readonly passed: number; readonly failed: number }): void {
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`, () =>
    process.exit(failed === 0 && passed > 0 ? 0 : 1),
  );
}

await main(process.argv.slice(2));
