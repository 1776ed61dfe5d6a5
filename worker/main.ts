import { hostname } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type Logger as TemporalLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Sessions } from '../activities/dependencies.ts';
import { createEngine } from '../engine/engine.ts';
import { FlowsError, summarizeError } from '../model/errors/flows-error.ts';
import { type Config, readConfig } from '../platform/config/config.ts';
import { createLogger, type Logger } from '../platform/logging/logger.ts';
import { createSecretBox } from '../platform/secrets/secret-box.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { checkSchema } from '../store/migrate.ts';
import { bundleWorkflows } from './bundle.ts';
import { createSessions } from './sessions.ts';
import { createWorkers, runWorkers } from './workers.ts';

/**
 * The worker process: everything it needs comes from the environment. Runs until it is told to stop (SIGINT, SIGTERM),
 * then lets running steps end. Refuses a database whose schema is not its own.
 */
export async function runWorker(): Promise<void> {
  const config = readConfig();
  const databaseUrl = required('DATABASE_URL', config.databaseUrl);
  const secretBox = createSecretBox(required('FLOWS_MASTER_KEY', config.masterKey));
  requireConnections(config);
  const logger = createLogger({ level: config.logLevel, name: 'flows-worker' });
  const database = openDatabase(databaseUrl, {
    applicationName: 'flows-worker',
    connectionsMax: config.databaseConnectionsMax,
    onIdleError: (error) => logger.warn({ error }, 'An idle Postgres connection was lost'),
  });
  const sessions = createSessions(secretBox);
  try {
    await checkSchema(database);
    await serve({ config, logger, database, sessions });
  } finally {
    await sessions.closeAll();
    await database.close();
  }
}

interface WorkerParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly sessions: Sessions;
}

/** Takes work from Temporal until the process is told to stop. */
async function serve({ config, logger, database, sessions }: WorkerParts): Promise<void> {
  const { connectionOptions, namespace = config.temporalNamespace } = loadClientConnectConfig();
  Runtime.install({
    logger: toTemporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } },
  });
  // Kept open, a connection would keep the process.
  const clientConnection = Connection.lazy(connectionOptions);
  try {
    const [connection, workflowBundle] = await Promise.all([
      NativeConnection.connect(connectionOptions),
      bundleWorkflows(),
    ]);
    const engine = createEngine(new Client({ connection: clientConnection, namespace }));
    const { syncStepsMax, controlStepsMax, shutdownGraceMs } = config;
    const workers = await createWorkers({
      connection,
      namespace,
      workflowBundle,
      dependencies: { database, sessions, engine },
      logger,
      identity: `${process.pid}@${hostname()}`,
      syncStepsMax,
      controlStepsMax,
      shutdownGraceMs,
    });
    await engine.ensureChores();
    logger.info({ namespace }, 'Worker started');
    await runWorkers(workers);
    await connection.close();
  } finally {
    await clientConnection.close();
    await Runtime.instance().shutdown();
  }
}

/** Two batches a step, and a few for what the other steps ask. */
function requireConnections({ syncStepsMax, databaseConnectionsMax }: Config): void {
  const connectionsMin = 2 * syncStepsMax + 4;
  if (databaseConnectionsMax >= connectionsMin) return;
  throw new FlowsError(
    'configuration_invalid',
    `FLOWS_DATABASE_CONNECTIONS_MAX is ${databaseConnectionsMax}; ${syncStepsMax} bulk steps need ${connectionsMin}. Raise it, or lower FLOWS_SYNC_STEPS_MAX.`,
  );
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new FlowsError(
    'configuration_invalid',
    `${name} is not set. The local stack sets it by itself (npm start); elsewhere it must be given.`,
  );
}

/** Temporal passes its facts last, pino takes them first. Task tokens are of no use in a log. */
function toTemporalLogger(logger: Logger): TemporalLogger {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, facts?: object) => {
    const { taskToken: _taskToken, ...rest } = (facts ?? {}) as { taskToken?: unknown };
    logger[level](rest, message);
  };
  return {
    log: (level, message, facts) =>
      write(level.toLowerCase() as 'trace' | 'debug' | 'info' | 'warn' | 'error')(message, facts),
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

if (import.meta.filename === process.argv[1]) {
  try {
    await runWorker();
  } catch (error) {
    const { code, message } = summarizeError(error);
    process.stderr.write(`error (${code}): ${message}\n`);
    process.exitCode = 1;
  }
}
