/** One answered request of the ERP; the control API is not logged. */
export interface AccessEntry {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly bytes: number;
  readonly user: string | null;
}

/** The newest requests, and counts by resource since the last reset. */
export interface AccessLog {
  add(entry: Omit<AccessEntry, 'seq'>, target: string): void;
  /** Entries with `seq` above `since`, oldest first. */
  read(since: number, limit: number): { entries: AccessEntry[]; counts: Record<string, number>; total: number };
  reset(): number;
}

const maxEntries = 10_000;

/** Creates a log that keeps the newest 10,000 entries. */
export function createAccessLog(): AccessLog {
  let entries: AccessEntry[] = [];
  let counts = new Map<string, number>();
  let total = 0;
  return {
    add(entry, target) {
      total += 1;
      counts.set(target, (counts.get(target) ?? 0) + 1);
      entries.push({ seq: total, ...entry });
      if (entries.length >= 2 * maxEntries) entries = entries.slice(-maxEntries);
    },
    read(since, limit) {
      const kept = entries.slice(-maxEntries).filter((entry) => entry.seq > since);
      return { entries: kept.slice(0, limit), counts: Object.fromEntries(counts), total };
    },
    reset() {
      const dropped = total;
      entries = [];
      counts = new Map();
      total = 0;
      return dropped;
    },
  };
}
