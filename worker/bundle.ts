import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';

/** The workflows as one script, which the workers run in their sandbox. Takes about a second. */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  // Built code has built workflows beside it.
  const extension = extname(import.meta.filename);
  const workflowsPath = fileURLToPath(new URL(`../workflows/index${extension}`, import.meta.url));
  return bundleWorkflowCode({ workflowsPath, logger: quiet });
}

const ignore = () => undefined;
const quiet = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
