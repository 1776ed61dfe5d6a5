import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { SyncCounts } from '../../model/sync.ts';
import type { DemoErp } from './demo/erp.ts';
import { type FlowsCommand, flowsCommand } from './demo/flows-command.ts';
import { sandboxErp } from './demo/sandbox.ts';
import { startTrytonErp } from './demo/tryton.ts';
import { type FlowsStack, startFlowsStack } from './local-stack.ts';

const connectionName = 'demo';

/**
 * The main job, end to end, on this machine: starts the stack, connects an ERP, syncs it, changes and deletes records in
 * it, syncs again, reconciles, and shows what was stored, what changed and how long each step took. Ends by itself;
 * exits 1 when anything is not as it should be.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      erp: { type: 'string', default: 'sandbox' },
      series: { type: 'string', default: '8.0' },
      json: { type: 'boolean', default: false },
    },
  });
  const startedMs = Date.now();
  const say = (text: string) => console.error(`\n== ${text}`);
  const onProgress = (message: string) => console.error(`  ${message}`);
  say('Start Postgres, Temporal, a worker and the sandbox ERP');
  const stack = await startFlowsStack({ onProgress, sandboxArguments: ['--records', '300'] });
  try {
    const erp = await openErp(values.erp, { stack, series: values.series, onProgress });
    try {
      const flows = flowsCommand({
        secrets: { FLOWS_CREDENTIALS: JSON.stringify(erp.credentials) },
        quiet: values.json,
      });
      const figures = await runDemo(flows, { erp, say });
      say(
        `Done in ${Math.round((Date.now() - startedMs) / 1000)} s. "npm start" keeps the stack running, with Temporal's Web UI.`,
      );
      if (values.json) printResult({ erp: erp.system, seconds: (Date.now() - startedMs) / 1000, figures });
    } finally {
      await erp.stop();
    }
  } finally {
    await stack.stop();
  }
}

async function openErp(
  name: string,
  options: { stack: FlowsStack; series: string; onProgress: (message: string) => void },
): Promise<DemoErp> {
  if (name === 'tryton') return startTrytonErp({ ...options, paths: options.stack.paths });
  if (name === 'sandbox' && options.stack.sandbox) return sandboxErp(options.stack.sandbox);
  throw new Error(`There is no demo with "${name}": use --erp sandbox or --erp tryton.`);
}

async function runDemo(
  flows: FlowsCommand,
  { erp, say }: { erp: DemoErp; say: (text: string) => void },
): Promise<Record<string, number>> {
  await removeOldConnection(flows);
  say(`Connect ${erp.system}: log in, find out what it has, and read every entity`);
  const settings = Object.entries(erp.settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  await flows.show('connect', erp.system, '--name', connectionName, ...settings);
  const { cursor } = await flows.ask<{ cursor: string }>('changes', connectionName, 'purchase_order', '--limit', '500');

  say('Somebody works in the ERP: some purchase orders are changed, one is deleted');
  const changed = await erp.changeOrders();
  await erp.deleteOrder();

  say('Incremental sync: only what changed is stored; what is read again in the overlap counts as unchanged');
  await flows.show('sync', connectionName, 'purchase_order');
  const incremental = await lastCounts(flows, 'incrementalSync');
  await flows.show('sync', connectionName);

  say('Reconcile: a whole scan finds the deleted one');
  await flows.show('sync', connectionName, 'purchase_order', '--mode', 'reconcile');
  const reconciled = await lastCounts(flows, 'reconcile');

  say('What is stored, what changed, and how long each step took');
  await flows.show('status', connectionName);
  await flows.show('records', 'list', connectionName, 'purchase_order', '--limit', '5');
  await flows.show('changes', connectionName, 'purchase_order', '--cursor', cursor);
  await flows.show('executions', 'list', '--connection', connectionName, '--limit', '8');
  await flows.show('executions', 'show', reconciled.executionId);

  expectFigure('changed orders stored by the incremental sync', incremental.counts.changed, changed);
  expectFigure('deleted orders found', incremental.counts.deleted + reconciled.counts.deleted, 1);
  return {
    incremental_changed: incremental.counts.changed,
    incremental_unchanged: incremental.counts.unchanged,
    reconcile_deleted: reconciled.counts.deleted,
  };
}

interface LastRun {
  readonly executionId: string;
  readonly counts: SyncCounts;
}

async function lastCounts(flows: FlowsCommand, kind: string): Promise<LastRun> {
  const { executions } = await flows.ask<{
    executions: readonly { id: string; kind: string; entity: string; counts: SyncCounts }[];
  }>('executions', 'list', '--connection', connectionName, '--limit', '50');
  const found = executions.find((execution) => execution.kind === kind && execution.entity === 'purchase_order');
  if (!found) throw new Error(`No ${kind} of purchase_order is on record.`);
  return { executionId: found.id, counts: found.counts };
}

async function removeOldConnection(flows: FlowsCommand): Promise<void> {
  const { connections } = await flows.ask<{ connections: readonly { name: string }[] }>('connections', 'list');
  if (connections.some(({ name }) => name === connectionName))
    await flows.ask('connections', 'remove', connectionName, '--yes');
}

function expectFigure(what: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${what}: ${found}, expected ${expected}.`);
}

function printResult({
  erp,
  seconds,
  figures,
}: {
  erp: string;
  seconds: number;
  figures: Record<string, number>;
}): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const rounded = Math.round(seconds * 10) / 10;
  console.log(
    JSON.stringify({ name: `demo-${erp}`, ok: true, commit, cores: availableParallelism(), seconds: rounded, figures }),
  );
}

await main();
