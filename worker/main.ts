import { hostname } from 'node:os';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type Logger as TemporalLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createEngine } from '../engine/engine.ts';
import { FlowsError, summarizeError } from '../model/errors/flows-error.ts';
import { readConfig } from '../platform/config/config.ts';
import { createLogger, type Logger } from '../platform/logging/logger.ts';
import { createSecretBox } from '../platform/secrets/secret-box.ts';
import { openDatabase } from '../store/database.ts';
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
  const logger = createLogger({ level: config.logLevel, name: 'flows-worker' });
  Runtime.install({
    logger: toTemporalLogger(logger),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } },
  });
  const databaseUrl = required('DATABASE_URL', config.databaseUrl);
  // Two batches a step, and a few for what the other steps ask.
  const connectionsMin = 2 * config.syncStepsMax + 4;
  if (config.databaseConnectionsMax < connectionsMin) {
    throw new FlowsError(
      'configuration_invalid',
      `FLOWS_DATABASE_CONNECTIONS_MAX is ${config.databaseConnectionsMax}; ${config.syncStepsMax} bulk steps need ${connectionsMin}. Raise it, or lower FLOWS_SYNC_STEPS_MAX.`,
    );
  }
  const secretBox = createSecretBox(required('FLOWS_MASTER_KEY', config.masterKey));
  const database = openDatabase(databaseUrl, {
    applicationName: 'flows-worker',
    connectionsMax: config.databaseConnectionsMax,
    onIdleError: (error) => logger.warn({ error }, 'An idle Postgres connection was lost'),
  });
  const sessions = createSessions(secretBox);
  try {
    await checkSchema(database);
    const { connectionOptions, namespace = config.temporalNamespace } = loadClientConnectConfig();
    const [connection, clientConnection, workflowBundle] = await Promise.all([
      NativeConnection.connect(connectionOptions),
      Connection.connect(connectionOptions),
      bundleWorkflows(),
    ]);
    const engine = createEngine(new Client({ connection: clientConnection, namespace }));
    const workers = await createWorkers({
      connection,
      namespace,
      workflowBundle,
      dependencies: { database, sessions, engine },
      logger,
      identity: `${process.pid}@${hostname()}`,
      syncStepsMax: config.syncStepsMax,
      controlStepsMax: config.controlStepsMax,
      shutdownGraceMs: config.shutdownGraceMs,
    });
    await engine.ensureChores();
    logger.info({ namespace }, 'Worker started');
    await runWorkers(workers);
    await clientConnection.close();
    await connection.close();
  } finally {
    await sessions.closeAll();
    await database.close();
  }
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
