import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { prepareNamespace } from '../../platform/local/temporal-namespace.ts';
import { searchAttributeNames } from '../../workflows/contract.ts';

const readyMs = 20_000;

/** A Temporal namespace of its own for one test file, so that its task queues and schedules are its own. */
export async function createNamespace(address: string): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs(30 * 86_400_000),
    });
    await waitUntilKnown(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
  await prepareNamespace(address, {
    namespace,
    searchAttributes: Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const])),
  });
  return namespace;
}

/** The server's parts learn of a new namespace one after the other. */
async function waitUntilKnown(client: Client): Promise<void> {
  for (const endMs = Date.now() + readyMs; ; ) {
    try {
      await client.workflow.count();
      return;
    } catch (error) {
      if (Date.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
