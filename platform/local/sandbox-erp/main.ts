import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { ClockMode } from './clock.ts';
import { type SandboxErp, startSandboxErp } from './server.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Starts the sandbox ERP from the command line and runs until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: text,
      records: text,
      only: text,
      bulk: flag,
      seed: text,
      now: text,
      clock: text,
      'window-days': text,
      'page-size-max': text,
      'session-ttl-ms': text,
      'no-delete-feed': flag,
      password: text,
      'limited-password': text,
      'control-token': text,
      company: text,
      'state-file': text,
    },
  });
  const erp = await startSandboxErp(
    withoutAbsent({
      port: numberOf(values.port),
      records: numberOf(values.records),
      only: values.only,
      bulk: values.bulk,
      seed: numberOf(values.seed),
      now: values.now,
      clock: clockOf(values.clock),
      windowDays: numberOf(values['window-days']),
      pageSizeMax: numberOf(values['page-size-max']),
      sessionTtlMs: numberOf(values['session-ttl-ms']),
      deleteFeed: values['no-delete-feed'] === true ? false : undefined,
      password: values.password,
      limitedPassword: values['limited-password'],
      controlToken: values['control-token'],
      company: values.company,
    }),
  );
  const stopped = stopSignal();
  const stateFile = values['state-file'];
  if (stateFile !== undefined) writeState(stateFile, erp);
  process.stdout.write(`${JSON.stringify({ listening: erp.url })}\n`);
  await stopped;
  await erp.close();
  if (stateFile !== undefined) rmSync(stateFile, { force: true });
}

/** Asked for before the address is printed: whoever reads it may stop the process at once. */
async function stopSignal(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
}

/** Written beside and renamed, so that a reader never sees half a file. */
function writeState(path: string, erp: SandboxErp): void {
  const { port, url, controlToken, company, users } = erp;
  const state = { port, pid: process.pid, url, controlToken, company, users };
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(state)}\n`, { mode: 0o600 });
  renameSync(partial, path);
}

function clockOf(value: string | undefined): ClockMode | undefined {
  if (value === undefined || value === 'fixed' || value === 'running') return value;
  throw new RangeError(`--clock ${value} is neither running nor fixed.`);
}

function numberOf(value: string | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}

type Present<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

function withoutAbsent<Values extends object>(values: Values): Present<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<Values>;
}

await main();
