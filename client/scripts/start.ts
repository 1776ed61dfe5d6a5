import { once } from 'node:events';
import { startFlowsStack } from './local-stack.ts';

/** Starts the local stack, prints its addresses and keeps it until Ctrl-C; then leaves no process behind. */
async function main(): Promise<void> {
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  const stack = await startFlowsStack({
    onProgress: (message) => console.error(`  ${message}`),
    sandboxArguments: ['--records', '500'],
    signal: abort.signal,
  });
  console.log('Flows runs.');
  console.log(`  Temporal Web UI   ${stack.temporalUiUrl ?? 'none'}`);
  console.log(`  Temporal          ${stack.temporalAddress}`);
  console.log(
    `  Sandbox ERP       ${stack.sandbox?.url ?? 'none'} (user demo, password in ${stack.paths.stateDir}/sandbox-erp.json)`,
  );
  console.log(`  Data and logs     ${stack.paths.stateDir}`);
  console.log('Try: npm run flows -- status');
  console.log('Ctrl-C stops everything; the data stays until "npm run flows -- reset".');
  // The signal listener above ends the wait; the timer keeps the process alive until then.
  const alive = setInterval(() => undefined, 60_000);
  if (!abort.signal.aborted) await once(abort.signal, 'abort');
  clearInterval(alive);
  console.error('  stopping');
  await stack.stop();
}

await main();
