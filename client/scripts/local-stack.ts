import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { processEnvironment } from '../../platform/config/config.ts';
import { type LocalPaths, resolveLocalPaths } from '../../platform/local/paths.ts';
import { readJsonFile, writeJsonFile } from '../../platform/local/files.ts';
import { startStack, type StackServers } from '../../platform/local/stack.ts';
import type { StackProcess } from '../../platform/local/stack-process.ts';
import { readOrMakeMasterKey } from '../../platform/secrets/master-key.ts';
import { openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { searchAttributeNames, taskQueues } from '../../workflows/contract.ts';

/** What the local stack is started with beside the servers. */
export interface FlowsStackOptions {
  readonly onProgress: (message: string) => void;
  /** Arguments of the sandbox ERP; null starts none. */
  readonly sandboxArguments: readonly string[] | null;
  readonly signal?: AbortSignal;
}

/** A running local stack, and what a client needs to use it. */
export interface FlowsStack {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly masterKey: string;
  readonly paths: LocalPaths;
  readonly sandbox: SandboxAccess | null;
  stop(): Promise<void>;
}

/** How to reach the sandbox ERP that the stack started. */
export interface SandboxAccess {
  readonly url: string;
  readonly controlToken: string;
  readonly password: string;
}

const checkout = join(import.meta.dirname, '../..');
const databaseName = 'flows';
const namespace = 'default';

/** Starts Postgres, Temporal, the sandbox ERP and a worker on this machine, or adopts what runs, and migrates the database. */
export async function startFlowsStack(options: FlowsStackOptions): Promise<FlowsStack> {
  const environment = processEnvironment();
  const paths = await resolveLocalPaths(checkout, { environment });
  const masterKey = environment.FLOWS_MASTER_KEY ?? (await readOrMakeMasterKey(join(paths.stateDir, 'master-key')));
  const sandboxFile = join(paths.stateDir, 'sandbox-erp.json');
  const shared = { ...paths, environment, onProgress: options.onProgress, signal: options.signal };
  const serverParts = {
    postgres: { database: databaseName, durable: true },
    temporal: { namespace, searchAttributes: searchAttributes(), ui: true, durable: true },
  };
  // The worker refuses a database without its schema, so the servers come first.
  const servers = await startStack({ ...shared, parts: serverParts });
  let stop = () => servers.stop();
  try {
    const addresses = addressesOf(servers);
    await migrateDatabase(addresses.databaseUrl);
    await writeJsonFile(addressFileOf(paths), { ...addresses, temporalUiUrl: servers.temporal?.uiUrl });
    const processes = await startStack({
      ...shared,
      parts: {
        processes: () => [
          ...(options.sandboxArguments === null ? [] : [sandboxProcess(sandboxFile, options.sandboxArguments)]),
          workerProcess(addresses, masterKey),
        ],
      },
    });
    stop = async () => {
      await processes.stop();
      await servers.stop();
    };
    return {
      ...addresses,
      temporalUiUrl: servers.temporal?.uiUrl,
      masterKey,
      paths,
      sandbox: options.sandboxArguments === null ? null : await readSandbox(sandboxFile),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where the addresses of a running local stack are kept, for the commands that use it. */
export function addressFileOf(paths: LocalPaths): string {
  return join(paths.stateDir, 'addresses.json');
}

function searchAttributes(): Record<string, 'Keyword'> {
  return Object.fromEntries(searchAttributeNames.map((name) => [name, 'Keyword' as const]));
}

function addressesOf(servers: StackServers): Addresses {
  return { databaseUrl: servers.postgres?.url ?? '', temporalAddress: servers.temporal?.address ?? '' };
}

function sandboxProcess(stateFile: string, sandboxArguments: readonly string[]): StackProcess {
  return {
    name: 'sandbox-erp',
    command: process.execPath,
    args: ['--import', 'tsx', 'platform/local/sandbox-erp/main.ts', '--state-file', stateFile, ...sandboxArguments],
    env: processEnvironment(),
    cwd: checkout,
    ready: async ({ pid }) => ((await readJsonFile(stateFile)) as { pid?: number } | undefined)?.pid === pid,
  };
}

interface Addresses {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

function workerProcess({ databaseUrl, temporalAddress }: Addresses, masterKey: string): StackProcess {
  return {
    name: 'worker',
    command: process.execPath,
    // A young generation that holds a few pages: what a page leaves behind dies before it is copied about.
    args: ['--max-semi-space-size=32', '--import', 'tsx', 'worker/main.ts'],
    env: {
      ...processEnvironment(),
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      FLOWS_MASTER_KEY: masterKey,
    },
    cwd: checkout,
    ready: () => hasPollers(temporalAddress),
  };
}

async function migrateDatabase(databaseUrl: string): Promise<void> {
  const database = openDatabase(databaseUrl, { applicationName: 'flows-migrate', connectionsMax: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

/** Whether a worker asks for work on every task queue. */
async function hasPollers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address });
  try {
    const kinds = { [taskQueues.workflow]: 1, [taskQueues.sync]: 2, [taskQueues.control]: 2 } as const;
    for (const [name, taskQueueType] of Object.entries(kinds)) {
      const { pollers } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType,
      });
      if (!pollers || pollers.length === 0) return false;
    }
    return true;
  } finally {
    await connection.close();
  }
}

async function readSandbox(stateFile: string): Promise<SandboxAccess> {
  const state = (await readJsonFile(stateFile)) as { url: string; controlToken: string; users: { demo: string } };
  return { url: state.url, controlToken: state.controlToken, password: state.users.demo };
}
