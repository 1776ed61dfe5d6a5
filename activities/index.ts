import { checkConnection } from './check-connection.ts';
import { closeConnect, closeExecution, closeSync } from './close.ts';
import type { Dependencies } from './dependencies.ts';
import { ensureSchedules } from './ensure-schedules.ts';
import { retryQuarantine } from './retry-quarantine.ts';
import { runChore } from './run-chore.ts';
import { syncStep } from './sync-step.ts';

/** The activities of a worker, each with one argument that names the execution it works for. */
export function createActivities(dependencies: Dependencies) {
  return {
    checkConnection: (input: Parameters<typeof checkConnection>[1]) => checkConnection(dependencies, input),
    ensureSchedules: (input: Parameters<typeof ensureSchedules>[1]) => ensureSchedules(dependencies, input),
    syncStep: (input: Parameters<typeof syncStep>[1]) => syncStep(dependencies, input),
    retryQuarantine: (input: Parameters<typeof retryQuarantine>[1]) => retryQuarantine(dependencies, input),
    runChore: (input: Parameters<typeof runChore>[1]) => runChore(dependencies, input),
    closeSync: (input: Parameters<typeof closeSync>[1]) => closeSync(dependencies, input),
    closeConnect: (input: Parameters<typeof closeConnect>[1]) => closeConnect(dependencies, input),
    closeExecution: (input: Parameters<typeof closeExecution>[1]) => closeExecution(dependencies, input),
  };
}

export type Activities = ReturnType<typeof createActivities>;
