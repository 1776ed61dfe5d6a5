import { FlowsError } from '../../model/errors/flows-error.ts';
import type { Config } from '../../platform/config/config.ts';
import { readJsonFile } from '../../platform/local/files.ts';
import type { LocalPaths } from '../../platform/local/paths.ts';
import { readStackFile } from '../../platform/local/stack-owners.ts';
import { addressFileOf } from '../scripts/local-stack.ts';

/** Where the servers are that a command uses. */
export interface Addresses {
  readonly databaseUrl: string;
  /** Null where Temporal's own variables or profile name the server. */
  readonly temporalAddress: string | null;
  readonly temporalUiUrl: string | null;
}

/** Whether a server is named by the environment, rather than by the local stack. */
export function namesTemporal(config: Config, environment: Readonly<Record<string, string | undefined>>): boolean {
  return (
    config.temporalAddress !== undefined ||
    Boolean(environment['TEMPORAL_PROFILE'] ?? environment['TEMPORAL_CONFIG_FILE'])
  );
}

/**
 * The servers that the environment names; for what it does not name, those of the running local stack.
 * @throws FlowsError `configuration_invalid` saying how to get one.
 */
export async function findAddresses(options: {
  readonly config: Config;
  readonly paths: LocalPaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): Promise<Addresses> {
  const { config, paths, environment } = options;
  const isNamed = namesTemporal(config, environment);
  const local = config.databaseUrl === undefined || !isNamed ? await readLocal(paths) : null;
  const databaseUrl = config.databaseUrl ?? local?.databaseUrl;
  const temporalAddress = isNamed ? null : local?.temporalAddress;
  if (databaseUrl === undefined) throw nothingRuns('DATABASE_URL');
  // A command that needs only the database is not held up by a missing Temporal.
  return { databaseUrl, temporalAddress: temporalAddress ?? null, temporalUiUrl: local?.temporalUiUrl ?? null };
}

/** The error of a command that finds no server to use. */
export function nothingRuns(variable: string): FlowsError {
  return new FlowsError(
    'configuration_invalid',
    `${variable} is not set and no local stack of this checkout runs. Run "npm start" in another terminal, or set DATABASE_URL and TEMPORAL_ADDRESS.`,
  );
}

interface SavedAddresses {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalUiUrl?: string;
}

async function readLocal(paths: LocalPaths): Promise<SavedAddresses | null> {
  const { parts } = await readStackFile(paths.stateDir);
  if (parts.length === 0) return null;
  return ((await readJsonFile(addressFileOf(paths))) as SavedAddresses | undefined) ?? null;
}
