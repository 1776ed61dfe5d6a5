import type { ResourceName } from './records/resource.ts';
import type { Row } from './records/row.ts';
import type { Micros } from './stamps.ts';

/** Writes that are stamped and not visible yet, as in a transaction that is still open. */
export interface HeldWrites {
  add(name: ResourceName, rows: readonly Row[], options: { visibleAt: Micros }): void;
  /** Commits those whose time has come. */
  settle(now: Micros): void;
  /** Commits those to these records at once. */
  settleRecords(name: ResourceName, ids: readonly string[]): void;
  /** Forgets those to these records, or to the whole resource. */
  forget(name: ResourceName, ids?: readonly string[]): void;
  forgetAll(): void;
  count(): number;
}

interface HeldWrite {
  readonly name: ResourceName;
  readonly row: Row;
  readonly visibleAt: Micros;
}

/** Creates the store; `commit` makes rows visible. */
export function createHeldWrites(commit: (name: ResourceName, rows: readonly Row[]) => void): HeldWrites {
  let held: HeldWrite[] = [];
  const take = (due: (write: HeldWrite) => boolean): void => {
    if (held.length === 0) return;
    const taken = held.filter(due);
    held = held.filter((write) => !due(write));
    for (const name of new Set(taken.map((write) => write.name))) {
      commit(
        name,
        taken.filter((write) => write.name === name).map((write) => write.row),
      );
    }
  };
  return {
    add(name, rows, { visibleAt }) {
      held = [...held, ...rows.map((row) => ({ name, row, visibleAt }))];
    },
    settle: (now) => take((write) => write.visibleAt <= now),
    settleRecords(name, ids) {
      const wanted = new Set(ids);
      take((write) => write.name === name && wanted.has(write.row.id));
    },
    forget(name, ids) {
      const wanted = ids === undefined ? undefined : new Set(ids);
      held = held.filter((write) => write.name !== name || wanted?.has(write.row.id) === false);
    },
    forgetAll() {
      held = [];
    },
    count: () => held.length,
  };
}
