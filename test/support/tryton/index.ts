import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { withLock } from '../../../platform/local/lock.ts';
import { ensureEnvironment } from './environment.ts';
import { ensureInstance, instanceFileOf, removeInstance, startInstance, stopInstance } from './instance.ts';
import { restrictedUser } from './seed/restricted-user.ts';
import type { SeedSummary } from './seed/seed-tryton.ts';
import type { TrytonSeries } from './series.ts';
import { killTrytond, stopTrytond, trytonDatabase } from './trytond.ts';

export interface TrytonOptions {
  readonly series: TrytonSeries;
  readonly cacheDir: string;
  /** The server's own files go to `<stateDir>/tryton-<series>`. */
  readonly stateDir: string;
  readonly onProgress?: (message: string) => unknown;
  /** Starts from a new copy of the prepared database; what was written to the old one is gone. */
  readonly fresh?: boolean;
}

/** A real Tryton server on loopback, with a seeded database of its own. */
export interface TrytonServer {
  readonly series: TrytonSeries;
  /** Fix release, e.g. `8.0.12`. */
  readonly version: string;
  readonly url: string;
  readonly database: string;
  /** The administrator, who may do everything. */
  readonly user: string;
  readonly password: string;
  /** A user who may sign in and nothing else. */
  readonly restricted: { readonly user: string; readonly password: string };
  /** Process id of the server; another one after `restart`. */
  readonly pid: number;
  /** Its database, with the password. */
  readonly databaseUrl: string;
  readonly seed: SeedSummary;
  /** True for a server that was running already. */
  readonly adopted: boolean;
  /** Ends the server and its database, as an administrator would. */
  stop(): Promise<void>;
  /** Kills the server's process where it stands, as an outage would; its database goes on. */
  kill(): Promise<void>;
  /** Brings the server back after `stop` or `kill`, or starts it anew, at the same address with the same data. */
  restart(): Promise<void>;
}

const lockTimeoutMs = 30 * 60_000;

/**
 * Starts Tryton, or adopts the server that runs in `stateDir`; it outlives this process until {@link stopTryton}. The
 * first time takes minutes (installation, database, seed); later a copy of the prepared database is restored in seconds.
 * @throws FlowsError `configuration_invalid` without Python, or when a server of another series stands in the way.
 */
export async function startTryton(options: TrytonOptions): Promise<TrytonServer> {
  const { series, cacheDir, onProgress = () => undefined } = options;
  const environment = await ensureEnvironment({ series, cacheDir, onProgress });
  const folder = folderOf(options);
  const locked = <Result>(work: () => Promise<Result>) =>
    withLock(`${folder}.lock`, work, { timeoutMs: lockTimeoutMs });
  const prepared = await locked(() =>
    ensureInstance(folder, { series, cacheDir, fresh: options.fresh ?? false, onProgress, environment }),
  );
  const start = () => locked(() => startInstance(folder, { series, cacheDir, environment }));
  const stop = () => locked(() => stopInstance(folder));
  let running = await start();
  return {
    series,
    version: environment.versions.trytond ?? series,
    database: trytonDatabase,
    user: 'admin',
    password: prepared.password,
    restricted: { user: restrictedUser, password: prepared.restrictedPassword },
    seed: prepared.seed,
    url: running.url,
    adopted: running.adopted,
    databaseUrl: running.databaseUrl,
    get pid() {
      return running.pid;
    },
    stop,
    kill: () => killTrytond(folder),
    restart: async () => {
      await locked(() => stopTrytond(folder));
      running = await start();
    },
  };
}

/** Stops what runs in `stateDir`, for instance what an interrupted test left; the data stays. */
export async function stopTryton(options: Pick<TrytonOptions, 'series' | 'stateDir'>): Promise<void> {
  const folder = folderOf(options);
  await withLock(`${folder}.lock`, () => stopInstance(folder), { timeoutMs: lockTimeoutMs });
}

/** Stops what runs in `stateDir` and deletes its data; the cache stays. */
export async function removeTryton(options: Pick<TrytonOptions, 'series' | 'stateDir'>): Promise<void> {
  const folder = folderOf(options);
  await withLock(
    `${folder}.lock`,
    async () => {
      await removeInstance(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { timeoutMs: lockTimeoutMs },
  );
}

/** File, for the owner's eyes only, with the passwords of the server in `stateDir`. */
export function passwordFileOf(options: Pick<TrytonOptions, 'series' | 'stateDir'>): string {
  return instanceFileOf(folderOf(options));
}

function folderOf({ series, stateDir }: Pick<TrytonOptions, 'series' | 'stateDir'>): string {
  return join(stateDir, `tryton-${series}`);
}
