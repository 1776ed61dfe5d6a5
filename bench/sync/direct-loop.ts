import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Engine } from '../../activities/dependencies.ts';
import { createActivities } from '../../activities/index.ts';
import type { ExecutionRef } from '../../activities/execution-ref.ts';
import type { SyncStepResult } from '../../activities/sync/step.ts';
import { newId } from '../../model/ids.ts';
import { instantFromMs } from '../../model/instants.ts';
import { readConfig } from '../../platform/config/config.ts';
import { createSecretBox } from '../../platform/secrets/secret-box.ts';
import { openDatabase } from '../../store/database.ts';
import { createSessions } from '../../worker/sessions.ts';
import { type BenchStream, entity } from './connect-stream.ts';

/** What the process answers to each stream that it is sent. */
export type DirectAnswer = { readonly seconds: number } | { readonly error: string };

const stepsMax = 1_000;

/**
 * The loop of the sync workflow without Temporal: the same activity, called in this process until the run is done. The
 * parent sends streams over the process's channel; it ends when the parent lets go.
 */
function main(): void {
  const config = readConfig();
  const database = openDatabase(config.databaseUrl ?? '', {
    applicationName: 'flows-bench-direct',
    connectionsMax: config.databaseConnectionsMax,
  });
  const sessions = createSessions(createSecretBox(config.masterKey ?? ''));
  const { syncStep } = createActivities({ database, sessions, engine: noEngine });
  process.on('message', (stream: BenchStream) => {
    void runLoop(stream, syncStep)
      .catch((error: unknown): DirectAnswer => ({ error: String(error) }))
      .then((answer) => process.send?.(answer));
  });
  process.once('disconnect', () => {
    void sessions.closeAll().then(() => database.close());
  });
}

type SyncStep = ReturnType<typeof createActivities>['syncStep'];

async function runLoop({ connectionId, streamId }: BenchStream, syncStep: SyncStep): Promise<DirectAnswer> {
  const environment = new MockActivityEnvironment();
  const execution: ExecutionRef = {
    id: newId('execution'),
    workflowId: 'bench-direct',
    firstRunId: randomUUID(),
    kind: 'initialSync',
    connectionId,
    entity,
    startedAt: instantFromMs(Date.now()),
  };
  const startedMs = performance.now();
  for (let steps = 0; steps < stepsMax; steps += 1) {
    const input = { execution, connectionId, streamId, mode: 'full' } as const;
    const result: SyncStepResult = await environment.run(syncStep, input);
    if (result.state === 'done') return { seconds: (performance.now() - startedMs) / 1000 };
    if (result.state !== 'more') throw new Error(`a step gave ${JSON.stringify(result)}`);
  }
  throw new Error(`the run was not done after ${stepsMax} steps`);
}

/** The loop has its stream for itself, so nothing is asked of an engine. */
const noEngine: Engine = {
  isClosed: async () => true,
  closedState: async () => null,
  ensureSchedule: async () => false,
  startSync: async () => undefined,
};

main();
