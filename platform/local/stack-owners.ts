import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { readJsonFile, writeJsonFile } from './files.ts';
import { identityOf, isAlive } from './process-table.ts';

/** A process that uses the stack; the parts stop when the last one lets go. */
export interface StackOwner {
  readonly pid: number;
  readonly identity: string | null;
  readonly token: string;
}

/** A part that this checkout started and has not stopped, in the order of their start. Holds no secret. */
export interface StackPart {
  readonly kind: 'postgres' | 'temporal' | 'process';
  readonly name: string;
}

/** Content of `stack.json`. Changed only under the stack's lock. */
export interface StackFile {
  readonly owners: readonly StackOwner[];
  readonly parts: readonly StackPart[];
}

/** This process as an owner; each start is one of its own. */
export function newOwner(): StackOwner {
  return { pid: process.pid, identity: identityOf(process.pid) ?? null, token: randomUUID() };
}

/** The file's content without owners that died; empty where there is none. */
export async function readStackFile(stateDir: string): Promise<StackFile> {
  const { owners = [], parts = [] } = ((await readJsonFile(stackFile(stateDir))) ?? {}) as Partial<StackFile>;
  return {
    owners: owners.filter(({ pid, identity }) => isAlive(pid) && (identityOf(pid) ?? null) === identity),
    parts,
  };
}

export async function writeStackFile(stateDir: string, content: StackFile): Promise<void> {
  await writeJsonFile(stackFile(stateDir), content);
}

function stackFile(stateDir: string): string {
  return join(stateDir, 'stack.json');
}
