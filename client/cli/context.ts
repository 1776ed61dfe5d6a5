import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  Client,
  Connection,
  type ConnectionOptions,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
} from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { createEngine } from '../../engine/engine.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { type Config, readConfig } from '../../platform/config/config.ts';
import { type LocalPaths, resolveLocalPaths } from '../../platform/local/paths.ts';
import { createSecretBox, type SecretBox } from '../../platform/secrets/secret-box.ts';
import { openDatabase } from '../../store/database.ts';
import type { Services } from '../operations/services.ts';
import { type Addresses, findAddresses, namesTemporal, nothingRuns } from './addresses.ts';

/** What a command works with. Nothing is connected to before it is used. */
export interface Context {
  readonly config: Config;
  readonly paths: LocalPaths;
  readonly addresses: Addresses;
  readonly services: Services;
  /** The connection under `services.engine`, for questions that only `doctor` asks. Throws `configuration_invalid` where there is none. */
  readonly temporal: () => { readonly connection: Connection; readonly namespace: string };
  readonly secretBox: () => Promise<SecretBox>;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of this checkout, by which its local files are found. */
export const checkoutDir = join(import.meta.dirname, '../..');
const connectTimeoutMs = 5_000;
const callAttemptsMax = 4;
const databaseConnectionsMax = 4;

/** Puts a command's context together from the environment and, where that names no servers, from the running local stack. */
export async function openContext(environment: Environment): Promise<Context> {
  const config = readConfig(environment);
  const paths = await resolveLocalPaths(checkoutDir, { environment });
  const addresses = await findAddresses({ config, paths, environment });
  const database = openDatabase(addresses.databaseUrl, {
    applicationName: 'flows-cli',
    connectionsMax: databaseConnectionsMax,
  });
  let opened: { connection: Connection; namespace: string } | undefined;
  const temporal = () => {
    opened ??= openTemporal({ config, addresses, environment });
    return opened;
  };
  return {
    config,
    paths,
    addresses,
    services: {
      database,
      get engine() {
        const { connection, namespace } = temporal();
        return createEngine(new Client({ connection, namespace }));
      },
    },
    temporal,
    secretBox: async () => createSecretBox(config.masterKey ?? (await readMasterKey(paths))),
    async close() {
      await opened?.connection.close();
      await database.close();
    },
  };
}

function openTemporal(options: { config: Config; addresses: Addresses; environment: Environment }) {
  const { config, addresses, environment } = options;
  const { connectionOptions, namespace }: { connectionOptions: ConnectionOptions; namespace?: string } =
    namesTemporal(config, environment) || addresses.temporalAddress === null
      ? loadNamed(options)
      : { connectionOptions: { address: addresses.temporalAddress } };
  // A person waits for the answer: the client's own ten tries take 20 s.
  const defaults = defaultGrpcRetryOptions();
  const retry = makeGrpcRetryInterceptor({
    ...defaults,
    retryableDecider: (attempt, status) => attempt < callAttemptsMax && defaults.retryableDecider(attempt, status),
  });
  const connection = Connection.lazy({ ...connectionOptions, connectTimeout: connectTimeoutMs, interceptors: [retry] });
  return { connection, namespace: namespace ?? config.temporalNamespace };
}

function loadNamed({ config, environment }: { config: Config; environment: Environment }) {
  if (!namesTemporal(config, environment)) throw nothingRuns('TEMPORAL_ADDRESS');
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return loadClientConnectConfig({ overrideEnvVars });
}

/** Only read here: a key of our own making would seal what the worker cannot open. */
async function readMasterKey(paths: LocalPaths): Promise<string> {
  try {
    return (await readFile(join(paths.stateDir, 'master-key'), 'utf8')).trim();
  } catch (error) {
    throw new FlowsError(
      'configuration_invalid',
      'There is no master key to encrypt credentials with. Set FLOWS_MASTER_KEY to the one that the worker has, or run "npm start", which makes one.',
      { cause: error },
    );
  }
}
