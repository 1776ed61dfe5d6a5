import { checkImports } from './imports.ts';
import type { PartResult } from './part-result.ts';
import { runTool } from './run-tool.ts';
import { checkSizes } from './sizes.ts';

export type PartName = 'types' | 'lint' | 'format' | 'imports' | 'sizes' | 'unused';

/** The parts of the quality gate; each looks at the tree under `root`, with the configuration files that lie there. */
export const checkParts: Readonly<Record<PartName, (root: string) => Promise<PartResult>>> = {
  types: (root) => toolPart(root, { tool: 'tsc', args: ['--noEmit', '-p', '.'] }),
  lint: (root) =>
    toolPart(root, {
      tool: 'oxlint',
      args: ['--type-aware', '--deny-warnings', '--report-unused-disable-directives', '--format=unix'],
    }),
  format: (root) => toolPart(root, { tool: 'biome', args: ['format', '--max-diagnostics=none', '.'] }),
  imports: checkImports,
  sizes: checkSizes,
  unused: (root) => toolPart(root, { tool: 'knip', args: ['--no-progress', '--no-config-hints'] }),
};

async function toolPart(
  root: string,
  options: { readonly tool: string; readonly args: readonly string[] },
): Promise<PartResult> {
  const { ok, output } = await runTool(root, options);
  return { ok, output, note: [options.tool, ...options.args].join(' ') };
}
