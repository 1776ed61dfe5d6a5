import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { FlowsError } from '../../model/errors/flows-error.ts';

/** The settings of a Flows process, as the environment gives them. Times in milliseconds. */
export interface Config {
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  /** 32 bytes as base64; encrypts the connections' credentials. */
  readonly masterKey: string | undefined;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly syncStepsMax: number;
  readonly controlStepsMax: number;
  readonly databaseConnectionsMax: number;
  readonly shutdownGraceMs: number;
}

/**
 * Every variable that Flows reads, its default and its meaning. Temporal's own (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
 * `TEMPORAL_API_KEY`, `TEMPORAL_TLS…`) are read by its client library as well.
 */
export const environmentSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .describe('Postgres that holds the records. Without it, the local stack is used.'),
  TEMPORAL_ADDRESS: z.string().optional().describe('Host and port of Temporal. Without it, the local stack is used.'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace; one per environment.'),
  FLOWS_MASTER_KEY: z
    .base64()
    .length(44)
    .optional()
    .describe('32 bytes as base64 that encrypt credentials. Without it, a 0600 file of the local stack.'),
  FLOWS_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('How much is logged.'),
  FLOWS_SYNC_STEPS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(4)
    .describe('Bulk steps that one worker runs at a time.'),
  FLOWS_CONTROL_STEPS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(20)
    .describe('Short steps that one worker runs at a time.'),
  FLOWS_DATABASE_CONNECTIONS_MAX: z.coerce
    .number()
    .int()
    .min(4)
    .max(500)
    .default(20)
    .describe('Postgres connections of one process.'),
  FLOWS_SHUTDOWN_GRACE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(20_000)
    .describe('How long running steps may go on after a stop signal.'),
});

/** Reads the configuration. A variable `X_FILE` names a file that holds the value of `X`. Throws with every problem at once. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const parsed = environmentSchema.safeParse(withFiles(environment));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ path: `/${path.join('/')}`, message }));
    const list = problems.map(({ path, message }) => `  ${path.slice(1)}: ${message}`).join('\n');
    throw new FlowsError('configuration_invalid', `The environment holds settings that Flows cannot use:\n${list}`, {
      problems,
    });
  }
  const values = parsed.data;
  return {
    databaseUrl: values.DATABASE_URL,
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    masterKey: values.FLOWS_MASTER_KEY,
    logLevel: values.FLOWS_LOG_LEVEL,
    syncStepsMax: values.FLOWS_SYNC_STEPS_MAX,
    controlStepsMax: values.FLOWS_CONTROL_STEPS_MAX,
    databaseConnectionsMax: values.FLOWS_DATABASE_CONNECTIONS_MAX,
    shutdownGraceMs: values.FLOWS_SHUTDOWN_GRACE_MS,
  };
}

/** The process's environment, for those who hand it on to a child or to the local stack. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

function withFiles(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(environmentSchema.shape)) {
    const file = environment[`${name}_FILE`];
    const value = environment[name] ?? (file ? readFileSync(file, 'utf8').trim() : undefined);
    if (value !== undefined && value !== '') values[name] = value;
  }
  return values;
}
