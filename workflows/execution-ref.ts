import { uuid4, workflowInfo } from '@temporalio/workflow';
import type { ExecutionRef } from '../activities/execution-ref.ts';
import type { ExecutionCarry } from './contract.ts';

/** The reference of this execution, made once at its start and carried over a continue-as-new. */
export function executionRef(about: { connectionId?: string; entity?: string }, carry?: ExecutionCarry): ExecutionRef {
  const { workflowId, firstExecutionRunId, workflowType, startTime } = workflowInfo();
  const startedMs = startTime.getTime();
  return {
    id: carry?.id ?? `exec_${uuidv7Of(startedMs, uuid4())}`,
    workflowId,
    firstRunId: firstExecutionRunId,
    kind: workflowType,
    startedAt: carry?.startedAt ?? `${startTime.toISOString().slice(0, 23)}000Z`,
    ...about,
  };
}

/** A UUIDv7 without dashes from a time and the random bits of a UUIDv4. */
function uuidv7Of(ms: number, random: string): string {
  const time = ms.toString(16).padStart(12, '0');
  const bits = random.replaceAll('-', '');
  return `${time}7${bits.slice(13, 16)}${bits.slice(16)}`;
}
