import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ParentClosePolicy,
  setCurrentDetails,
  startChild,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { controlActivities, described } from './activity-proxies.ts';
import { type ConnectInput, type ConnectResult, type SyncInput, taskQueues, workflowIds } from './contract.ts';
import { executionRef } from './execution-ref.ts';
import { summarizeFailure, toWorkflowFailure } from './failures.ts';
import { initialSync } from './initial-sync.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** Tests a connection's credentials, finds out what it can, makes its streams and schedules and starts the first syncs. */
export async function connect(input: ConnectInput): Promise<ConnectResult> {
  const { connectionId, system } = input;
  const execution = executionRef({ connectionId });
  try {
    const { streams } = await controlActivities.checkConnection.executeWithOptions(
      ...described('Log in and look around', { execution, connectionId }),
    );
    await controlActivities.ensureSchedules.executeWithOptions(
      ...described('Make the schedules', { execution, connectionId }),
    );
    for (const { streamId, entity } of streams)
      await startInitialSync({ v: 1, connectionId, streamId, entity, system });
    upsertSearchAttributes([{ key: keyword('FlowsState'), value: 'completed' }]);
    setCurrentDetails(`Connected. Initial syncs started: ${streams.map(({ entity }) => entity).join(', ')}.`);
    await controlActivities.closeExecution.executeWithOptions(
      ...described('Record the end', { execution, state: 'completed' }),
    );
    return { streams: streams.length };
  } catch (error) {
    const summary = summarizeFailure(error);
    setCurrentDetails(`Failed: \`${summary.code}\` ${summary.message}`);
    upsertSearchAttributes([{ key: keyword('FlowsState'), value: 'failed' }]);
    // A cancelled connect records its end as well.
    await CancellationScope.nonCancellable(() =>
      controlActivities.closeConnect.executeWithOptions(
        ...described('Record the failure', { execution, connectionId, error: summary }),
      ),
    );
    throw toWorkflowFailure(error);
  }
}

async function startInitialSync(input: SyncInput): Promise<void> {
  const { connectionId, entity, system } = input;
  try {
    await startChild(initialSync, {
      workflowId: workflowIds.fullSync(connectionId, entity),
      taskQueue: taskQueues.workflow,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      priority: { fairnessKey: connectionId },
      staticSummary: `Initial sync of ${entity} (${system})`,
      typedSearchAttributes: [
        { key: keyword('FlowsConnection'), value: connectionId },
        { key: keyword('FlowsEntity'), value: entity },
        { key: keyword('FlowsSystem'), value: system },
        { key: keyword('FlowsKind'), value: 'initialSync' },
        { key: keyword('FlowsState'), value: 'running' },
      ],
    });
  } catch (error) {
    // A full sync that runs already does the same.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
