import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

import { FlowsError } from '../../model/errors/flows-error.ts';
import type { SearchAttributeType } from './temporal-settings.ts';

const connectTimeoutMs = 2_000;
const callTimeoutMs = 10_000;
const retentionMs = 30 * 86_400_000;

export interface NamespaceSettings {
  readonly namespace: string;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
}

/** Whether a Temporal server answers at `address` and has the namespace. */
export async function answersWithNamespace(address: string, namespace: string): Promise<boolean> {
  try {
    await withConnection(address, (connection) => connection.workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives the namespace 30 days of retention (a dev server starts with one day) and the search attributes it lacks.
 * @throws FlowsError `engine_unavailable` when the server refuses, or has an attribute with another type.
 */
export async function prepareNamespace(address: string, settings: NamespaceSettings): Promise<void> {
  try {
    await withConnection(address, async (connection) => {
      await keepHistory(connection, settings.namespace);
      await addMissingAttributes(connection, settings);
    });
  } catch (cause) {
    const reason = isGrpcServiceError(cause) ? cause.details : (cause as Error).message;
    throw new FlowsError(
      'engine_unavailable',
      `The namespace ${settings.namespace} of the local Temporal server at ${address} could not be prepared: ${reason}. ` +
        'Reset the local stack if its data is of no use any more.',
      { cause },
    );
  }
}

async function keepHistory(connection: Connection, namespace: string): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const retention = config?.workflowExecutionRetentionTtl;
  if (retention && tsToMs(retention) >= retentionMs) return;
  await connection.workflowService.updateNamespace({
    namespace,
    config: { workflowExecutionRetentionTtl: msToTs(retentionMs) },
  });
}

async function addMissingAttributes(connection: Connection, settings: NamespaceSettings): Promise<void> {
  const { namespace } = settings;
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, number> = {};
  for (const [name, type] of Object.entries(settings.searchAttributes)) {
    const present = customAttributes?.[name];
    if (present === undefined) missing[name] = attributeTypes[type];
    else if (present !== attributeTypes[type])
      throw new Error(`search attribute ${name} is there with a type other than ${type}`);
  }
  if (Object.keys(missing).length === 0) return;
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
}

/** temporal.api.enums.v1.IndexedValueType */
const attributeTypes = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
} as const satisfies Record<SearchAttributeType, number>;

async function withConnection<Result>(
  address: string,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address, connectTimeout: connectTimeoutMs });
  try {
    return await connection.withDeadline(Date.now() + callTimeoutMs, () => work(connection));
  } finally {
    await connection.close();
  }
}
