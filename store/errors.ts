import { FlowsError } from '../model/errors/flows-error.ts';

/** Classes of SQLSTATE after which the same statement may succeed: connection, resources, shutdown, serialization, lock. */
const transientClasses = new Set(['08', '53', '57', '40', '55', '25']);
const transientSystemCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** The store's edge: any error of the database driver as one of ours. Ours pass through. */
export function toStoreError(error: unknown): FlowsError {
  if (error instanceof FlowsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (isTransient(code, message)) {
    return new FlowsError(
      'store_unavailable',
      `Postgres did not take the statement (${code ?? 'no code'}: ${message}). It is tried again; check that the server at DATABASE_URL runs.`,
      { cause: error },
    );
  }
  if (code === '3D000' || code === '28P01' || code === '28000') {
    return new FlowsError('configuration_invalid', `Postgres refused the login (${message}). Check DATABASE_URL.`, {
      cause: error,
    });
  }
  if (code === '42P01') {
    return new FlowsError('configuration_invalid', `A table is missing (${message}). Run "flows migrate".`, {
      cause: error,
    });
  }
  return new FlowsError('internal', `Postgres refused a statement (${code ?? 'no code'}: ${message}).`, {
    cause: error,
  });
}

function isTransient(code: string | undefined, message: string): boolean {
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return transientClasses.has(code.slice(0, 2));
  if (code !== undefined && transientSystemCodes.has(code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/.test(
    message,
  );
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
