import type { PartResult } from './part-result.ts';
import { runTool } from './run-tool.ts';
import { sourceFiles } from './source-files.ts';

/** The part of dependency-cruiser's JSON report that is read here. */
interface CruiseReport {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly totalDependenciesCruised: number;
    readonly violations: readonly Violation[];
    readonly ruleSetUsed?: { readonly forbidden?: readonly { readonly name: string; readonly comment?: string }[] };
  };
}

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
  readonly cycle?: readonly { readonly name: string }[];
}

/**
 * Checks the import arrows of the rooms. Fails as well when dependency-cruiser did not see every source file (it
 * reports "no violations" of a tree it cannot parse), or saw files and not one import in them.
 */
export async function checkImports(root: string): Promise<PartResult> {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '.'];
  const run = await runTool(root, { tool: 'depcruise', args });
  const report = parseReport(run.stdout);
  if (!report) return { ok: false, output: run.output, note: 'no report' };
  const seen = new Set(report.modules.map((module) => module.source));
  const files = sourceFiles(root);
  const unseen = files.filter((path) => !seen.has(path));
  const { violations, totalDependenciesCruised } = report.summary;
  const problems = [
    ...(files.length === 0 ? ['No source file found: nothing was checked.'] : []),
    ...(totalDependenciesCruised === 0
      ? ['Not one import was seen: the parser of dependency-cruiser does not work.']
      : []),
    ...unseen.map((path) => `${path}: not seen by dependency-cruiser`),
    ...violations.map((violation) => describeViolation(violation, report)),
  ];
  const note = `${files.length - unseen.length} of ${files.length} files seen, ${totalDependenciesCruised} imports`;
  return { ok: problems.length === 0, output: problems.join('\n'), note };
}

function describeViolation(violation: Violation, report: CruiseReport): string {
  const path = violation.cycle ? violation.cycle.map((step) => step.name).join(' → ') : violation.to;
  const rule = report.summary.ruleSetUsed?.forbidden?.find(({ name }) => name === violation.rule.name);
  return `${violation.from} → ${path}\n  ${violation.rule.name}: ${rule?.comment ?? ''}`;
}

function parseReport(text: string): CruiseReport | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
