import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { compare, type Outcome } from './sync/compare.ts';
import { type ContenderName, contenders } from './sync/contenders.ts';
import { compareFigures, type Figures, growthFigures } from './sync/figures.ts';
import { judge } from './sync/gates.ts';
import { measureGrowth } from './sync/growth.ts';
import { compareTable, figureLines, gateLines, rounded } from './sync/report.ts';
import { type BenchStack, withStack } from './sync/stack.ts';

const usage = `npm run bench:sync -- [--records 100000] [--rounds 3] [--only part,part] [--json] [--profile folder]
Parts: ${Object.keys(contenders).join(', ')}, growth. Gates are judged with 100,000 records or more and 3 rounds or more.`;

const judgedRecords = 100_000;
const judgedRounds = 3;
const growthFactor = 3;

interface Options {
  readonly records: number;
  readonly rounds: number;
  readonly names: readonly ContenderName[];
  readonly isGrowthWanted: boolean;
  readonly isJson: boolean;
  readonly profileFolder: string | undefined;
}

/** Purchase orders from the sandbox ERP into Postgres: the whole product beside its own loop, dlt and a plain COPY. */
async function main(): Promise<void> {
  const options = readOptions();
  const startedMs = performance.now();
  const { figures, errors } = await withStack({ onProgress }, (stack) => measure(stack, options));
  const isJudged = options.records >= judgedRecords && options.rounds >= judgedRounds;
  const verdicts = judge(figures);
  say(`\n${figureLines(figures)}\n\n${gateLines(verdicts, { isJudged })}`);
  for (const error of errors) say(`\nFAILED ${error}`);
  const ok = errors.length === 0 && !(isJudged && verdicts.some(({ passed }) => passed === false));
  if (!ok) process.exitCode = 1;
  if (options.isJson) printResult({ ok, seconds: (performance.now() - startedMs) / 1000, figures });
}

async function measure(
  stack: BenchStack,
  { records, rounds, names, isGrowthWanted, profileFolder }: Options,
): Promise<{ figures: Figures; errors: string[] }> {
  const erp = await stack.startErp('erp', { records });
  say(
    `PostgreSQL ${stack.postgresVersion} with fsync, synchronous_commit and full_page_writes on; Node.js ${process.versions.node}; ` +
      `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}; ${erp.holds.orders} orders with ${erp.holds.lines} lines`,
  );
  const outcomes = await compare({ stack, erp, names, rounds, profileFolder, onProgress });
  const compared = compareFigures(outcomes, erp.holds.orders);
  if (outcomes.length > 0) say(compareTable(outcomes, compared));
  const errors = outcomes.flatMap(({ name, error }: Outcome) => (error === undefined ? [] : [`${name}: ${error}`]));
  if (!isGrowthWanted) return { figures: compared, errors };
  try {
    const large = await stack.startErp('erp-large', { records: records * growthFactor });
    const sizes = await measureGrowth({ stack, erps: [erp, large], onProgress });
    for (const { records: stored, unchanged } of sizes) {
      if ('error' in unchanged) errors.push(`unchanged full sync of ${stored}: ${unchanged.error}`);
    }
    return { figures: { ...compared, ...growthFigures(sizes) }, errors };
  } catch (error) {
    errors.push(`growth: ${error instanceof Error ? error.stack : String(error)}`);
    return { figures: compared, errors };
  }
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: String(judgedRecords) },
      rounds: { type: 'string', default: String(judgedRounds) },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const known = Object.keys(contenders) as ContenderName[];
  const parts = values.only?.split(',') ?? [...known, 'growth'];
  const unknown = parts.filter((part) => part !== 'growth' && !known.some((name) => name === part));
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}.\n${usage}`);
  return {
    records: count('records', values.records),
    rounds: count('rounds', values.rounds),
    names: known.filter((name) => parts.includes(name)),
    isGrowthWanted: parts.includes('growth'),
    isJson: values.json,
    profileFolder: values.profile,
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} ${text} is no whole number above 0.\n${usage}`);
}

function printResult({ ok, seconds, figures }: { ok: boolean; seconds: number; figures: Figures }): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const shown = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, rounded(value)]));
  const result = {
    name: 'bench-sync',
    ok,
    commit,
    cores: availableParallelism(),
    seconds: rounded(seconds),
    figures: shown,
  };
  console.log(JSON.stringify(result));
}

function say(text: string): void {
  console.error(text);
}

function onProgress(message: string): void {
  console.error(`  ${message}`);
}

await main();
