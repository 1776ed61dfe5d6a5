import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { type LocalStack, type StackOptions, startStack } from '../../../platform/local/stack.ts';

/** Starts the stack with one process of ours that does nothing. */
export function startStackWithSleeper(options: StackOptions): Promise<LocalStack> {
  const file = join(options.stateDir, 'ready');
  const worker = {
    ...{ name: 'worker', command: '/bin/sh', args: ['-c', 'touch ready; exec sleep 60'] },
    ...{ env: { PATH: '/usr/bin:/bin' }, cwd: options.stateDir, ready: async () => existsSync(file) },
  };
  return startStack({ ...options, parts: { ...options.parts, processes: () => [worker] } });
}
