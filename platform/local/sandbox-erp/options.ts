import { randomBytes } from 'node:crypto';
import { type ClockMode, requireStamp } from './clock.ts';
import { hashText } from './records/random.ts';
import { type ResourceName, resourceNames } from './records/resource.ts';
import type { UserName } from './sessions.ts';
import type { Micros } from './stamps.ts';

/** How to start a sandbox ERP; the README's table says what each means and its default. */
export interface SandboxErpOptions {
  readonly port?: number;
  readonly records?: number;
  readonly only?: string;
  readonly bulk?: boolean;
  readonly seed?: number;
  readonly now?: string;
  readonly clock?: ClockMode;
  readonly windowDays?: number;
  readonly pageSizeMax?: number;
  readonly sessionTtlMs?: number;
  readonly deleteFeed?: boolean;
  readonly password?: string;
  readonly limitedPassword?: string;
  readonly controlToken?: string;
  readonly company?: string;
}

/** The options with every default filled in. */
export interface SandboxErpSettings {
  readonly port: number;
  readonly records: number;
  readonly only?: ResourceName;
  readonly bulk: boolean;
  readonly seed: number;
  readonly now: Micros;
  readonly clock: ClockMode;
  readonly windowDays: number;
  readonly controlToken: string;
  /** What `/control/settings` may change while the ERP runs. */
  readonly changeable: {
    pageSizeMax: number;
    sessionTtlMs: number;
    deleteFeed: boolean;
    company: string;
    passwords: Record<UserName, string>;
  };
}

const maxRecords = 2_000_000;

/** Fills in the defaults; throws a RangeError that names a wrong option. */
export function settingsFrom(options: SandboxErpOptions): SandboxErpSettings {
  const seed = whole('seed', options.seed ?? 1, { least: 0, most: 2 ** 31 });
  const only = options.only === undefined ? undefined : resourceNames.find((name) => name === options.only);
  if (options.only !== undefined && only === undefined) throw new RangeError(`only=${options.only} is no resource.`);
  return {
    port: whole('port', options.port ?? 0, { least: 0, most: 65_535 }),
    records: whole('records', options.records ?? 500, { least: 0, most: maxRecords }),
    ...(only === undefined ? {} : { only }),
    bulk: options.bulk ?? false,
    seed,
    now: options.now === undefined ? Date.now() * 1000 : requireStamp(options.now),
    clock: options.clock ?? 'running',
    windowDays: whole('windowDays', options.windowDays ?? 90, { least: 1, most: 3650 }),
    controlToken: options.controlToken ?? randomSecret(),
    changeable: {
      pageSizeMax: whole('pageSizeMax', options.pageSizeMax ?? 1000, { least: 1, most: 100_000 }),
      sessionTtlMs: whole('sessionTtlMs', options.sessionTtlMs ?? 3_600_000, { least: 1, most: 31_536_000_000 }),
      deleteFeed: options.deleteFeed ?? true,
      company: options.company ?? `C-${hashText(`company/${seed}`).toString(16).padStart(8, '0').toUpperCase()}`,
      passwords: { demo: options.password ?? randomSecret(), limited: options.limitedPassword ?? randomSecret() },
    },
  };
}

function whole(name: string, value: number, bounds: { least: number; most: number }): number {
  if (Number.isInteger(value) && value >= bounds.least && value <= bounds.most) return value;
  throw new RangeError(`${name}=${value} is no whole number from ${bounds.least} to ${bounds.most}.`);
}

function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}
