import {
  isGrpcServiceError,
  ScheduleNotFoundError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isErrorCode } from '../model/errors/codes.ts';
import { FlowsError } from '../model/errors/flows-error.ts';

/** gRPC's status for a request that is wrong whenever it is sent. */
const invalidArgument = 3;

/** The answer of a call to Temporal; what it throws instead is converted to the taxonomy. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toEngineError(error);
  }
}

/** Does nothing where what is spoken of does not exist. */
export async function ignoreMissing(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function toEngineError(error: unknown): FlowsError {
  if (error instanceof FlowsError) return error;
  if (error instanceof WorkflowFailedError) return failureOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (isMissing(error)) return new FlowsError('not_found', `Temporal does not know it: ${message}.`, { cause: error });
  if (isGrpcServiceError(error) && error.code === invalidArgument) {
    return new FlowsError('invalid_request', `Temporal refused the request: ${error.details}.`, { cause: error });
  }
  return new FlowsError(
    'engine_unavailable',
    `Temporal did not take the request (${message}). Check that the server at TEMPORAL_ADDRESS runs.`,
    { cause: error },
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof ScheduleNotFoundError || error instanceof WorkflowNotFoundError;
}

/** The error that a workflow ended with; its failure's type is our code. */
function failureOf({ cause, message }: WorkflowFailedError): FlowsError {
  const code = cause instanceof ApplicationFailure && isErrorCode(cause.type) ? cause.type : 'internal';
  return new FlowsError(code, cause?.message ?? message, { cause });
}
