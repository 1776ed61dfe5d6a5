import type { Connection } from '@temporalio/client';
import { FlowsError } from '../../../model/errors/flows-error.ts';
import { searchAttributeNames, taskQueues } from '../../../workflows/contract.ts';
import type { Context } from '../context.ts';
import { check, type Finding } from './check.ts';

/** temporal.api.enums.v1.TaskQueueType */
const queueTypes = { workflow: 1, activity: 2 } as const;
/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD */
const keyword = 2;
const callTimeoutMs = 10_000;

/** Temporal, its namespace and search attributes, and whether workers wait for work on each task queue. */
export async function checkTemporal(context: Context): Promise<Finding[]> {
  const server = await check(
    'Temporal',
    'Start the server at TEMPORAL_ADDRESS, or the local stack with "npm start".',
    async () => {
      const info = await ask(context, (connection) => connection.workflowService.getSystemInfo({}));
      return `version ${info.serverVersion}`;
    },
  );
  if (server.state !== 'ok') return [server];
  const { namespace } = context.temporal();
  return [
    server,
    await check(
      'namespace',
      `Make it: temporal operator namespace create --namespace ${namespace} --retention 30d`,
      async () => {
        await ask(context, (connection) => connection.workflowService.describeNamespace({ namespace }));
        return namespace;
      },
    ),
    await check('search attributes', addAttributesHint(namespace), () => compareAttributes(context)),
    ...(await Promise.all(Object.values(taskQueues).map((name) => checkPollers(context, name)))),
    fairness(context),
  ];
}

function addAttributesHint(namespace: string): string {
  const flags = searchAttributeNames.map((name) => `--name ${name}`).join(' ');
  return `Add them: temporal operator search-attribute create --namespace ${namespace} --type Keyword ${flags}`;
}

async function compareAttributes(context: Context): Promise<string> {
  const { namespace } = context.temporal();
  const { customAttributes } = await ask(context, (connection) =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  const missing = searchAttributeNames.filter((name) => customAttributes?.[name] !== keyword);
  if (missing.length > 0) throw new Error(`missing, or of another type than Keyword: ${missing.join(', ')}`);
  return `all ${searchAttributeNames.length} are there`;
}

function checkPollers(context: Context, name: string): Promise<Finding> {
  return check(`workers on ${name}`, 'Start one: npm run flows -- worker (the local stack has its own).', async () => {
    const { namespace } = context.temporal();
    const taskQueueType = name === taskQueues.workflow ? queueTypes.workflow : queueTypes.activity;
    const { pollers } = await ask(context, (connection) =>
      connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
    );
    if (!pollers || pollers.length === 0) throw new Error('no worker has asked for work in the last minutes');
    return `polled by ${[...new Set(pollers.map(({ identity }) => identity))].join(', ')}`;
  });
}

/** Servers do not tell their dynamic configuration; the local one is started with both flags. */
function fairness({ addresses }: Context): Finding {
  const name = 'fairness between connections';
  if (addresses.temporalAddress !== null) return { name, state: 'ok', detail: 'on (local stack)' };
  return {
    name,
    state: 'unknown',
    detail: 'a server does not tell it',
    hint: 'Set matching.useNewMatcher and matching.enableFairness in its dynamic configuration: without them, small connections wait behind big ones.',
  };
}

async function ask<T>(context: Context, question: (connection: Connection) => Promise<T>): Promise<T> {
  const { connection } = context.temporal();
  try {
    return await connection.withDeadline(Date.now() + callTimeoutMs, () => question(connection));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FlowsError('engine_unavailable', reason, { cause: error });
  }
}
