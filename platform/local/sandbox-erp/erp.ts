import { createAccessLog, type AccessLog } from './access-log.ts';
import { type Clock, createClock } from './clock.ts';
import { createDatabase, type Database } from './database.ts';
import { createFaults, type Faults } from './faults.ts';
import type { SandboxErpSettings } from './options.ts';
import { sampleCounts } from './records/sample.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { Micros } from './stamps.ts';

/** One running ERP without its listener: data, clock, users, faults and what tests may set. */
export interface Erp {
  readonly database: Database;
  /** The clock that sessions and held writes go by. */
  readonly clock: Clock;
  /** The clock that stamps and answers: the other one with the skew of a fault. */
  now(): Micros;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly accessLog: AccessLog;
  readonly settings: SandboxErpSettings['changeable'];
}

/** Builds the ERP and its sample data. */
export function createErp(settings: SandboxErpSettings): Erp {
  const changeable = { ...settings.changeable, passwords: { ...settings.changeable.passwords } };
  const clock = createClock({ now: settings.now, mode: settings.clock });
  const faults = createFaults({ realNow: Date.now });
  return {
    database: createDatabase({
      seed: settings.seed,
      now: settings.now,
      windowDays: settings.windowDays,
      bulk: settings.bulk,
      counts: sampleCounts(settings.records, settings.only),
    }),
    clock,
    now: () => clock.now() + faults.skewMs() * 1000,
    sessions: createSessions({
      now: clock.now,
      ttlMs: () => changeable.sessionTtlMs,
      passwords: () => changeable.passwords,
    }),
    faults,
    accessLog: createAccessLog(),
    settings: changeable,
  };
}
