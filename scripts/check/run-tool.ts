import { execFile } from 'node:child_process';
import { join } from 'node:path';

const timeoutMs = 120_000;
const outputMaxBytes = 64 * 1024 * 1024;

export interface ToolRun {
  readonly ok: boolean;
  readonly stdout: string;
  /** stdout, stderr and, where the tool could not run or was stopped, why. */
  readonly output: string;
}

/** Runs an installed tool (`node_modules/.bin`) in `root`. Never throws: a tool that cannot run is not `ok`. */
export function runTool(
  root: string,
  options: { readonly tool: string; readonly args: readonly string[] },
): Promise<ToolRun> {
  const file = join(root, 'node_modules', '.bin', options.tool);
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const settings = { cwd: root, env, timeout: timeoutMs, maxBuffer: outputMaxBytes };
    execFile(file, [...options.args], settings, (error, stdout, stderr) => {
      const reasons =
        error && typeof error.code !== 'number'
          ? [`${options.tool} did not run to its end: ${error.message}. Is it installed (npm ci)?`]
          : [];
      resolve({ ok: error === null, stdout, output: [stdout, stderr, ...reasons].join('\n') });
    });
  });
}
