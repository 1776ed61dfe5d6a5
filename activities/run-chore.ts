import { align, type ChoreResult } from './chores/align.ts';
import { prune } from './chores/prune.ts';
import type { Dependencies } from './dependencies.ts';

const chores = { align, prune } as const;
export type ChoreName = keyof typeof chores;

/** Runs one round of a scheduled chore. Chores record no execution of their own: they would bury the others. */
export function runChore(dependencies: Dependencies, { name }: { readonly name: ChoreName }): Promise<ChoreResult> {
  return chores[name](dependencies);
}
