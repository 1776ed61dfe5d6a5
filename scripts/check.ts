import { performance } from 'node:perf_hooks';
import { resolve } from 'node:path';
import type { PartResult } from './check/part-result.ts';
import { checkParts, type PartName } from './check/parts.ts';

/**
 * The quality gate: `npm run check` runs every part, `npm run check -- lint sizes` only those named. Prints the first
 * failing part's output whole, then one table; exits 1 if a part failed.
 */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !isPartName(name));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(', ')}. The parts are: ${Object.keys(checkParts).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const chosen = Object.keys(checkParts).filter(isPartName);
  const parts = names.length === 0 ? chosen : chosen.filter((name) => names.includes(name));
  console.log(`check: ${parts.join(', ')}`);
  const root = resolve(import.meta.dirname, '..');
  const outcomes = await Promise.all(parts.map((name) => timed(name, root)));
  const failed = outcomes.filter((outcome) => !outcome.ok);
  if (failed[0]) console.log(`\n--- ${failed[0].name} ---\n${failed[0].output.trim()}\n`);
  for (const outcome of outcomes) console.log(tableRow(outcome));
  const others = failed.slice(1).map((outcome) => outcome.name);
  if (others.length > 0) console.log(`\nAlso failed: npm run check -- ${others.join(' ')} shows why.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

interface Outcome extends PartResult {
  readonly name: PartName;
  readonly seconds: number;
}

async function timed(name: PartName, root: string): Promise<Outcome> {
  const startedAt = performance.now();
  const result = await checkParts[name](root);
  return { ...result, name, seconds: (performance.now() - startedAt) / 1000 };
}

function tableRow(outcome: Outcome): string {
  const state = outcome.ok ? 'ok' : 'FAILED';
  return `${outcome.name.padEnd(8)} ${state.padEnd(7)} ${outcome.seconds.toFixed(1).padStart(5)} s  ${outcome.note}`;
}

function isPartName(name: string): name is PartName {
  return Object.hasOwn(checkParts, name);
}

await main(process.argv.slice(2));
