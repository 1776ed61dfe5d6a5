import { type Contender, type ContenderName, contenders, type Ground, type Timing } from './contenders.ts';

/** What came of a contender. One that failed once is out, and has no timings. */
export interface Outcome {
  readonly name: ContenderName;
  readonly timings: readonly Timing[];
  readonly error?: string;
}

export interface CompareOptions extends Ground {
  readonly names: readonly ContenderName[];
  readonly rounds: number;
}

/** Lets contenders load the same orders in turns: A B C … A B C … */
export async function compare(options: CompareOptions): Promise<readonly Outcome[]> {
  const { names, rounds, onProgress } = options;
  const entries: Entry[] = [];
  try {
    for (const name of names) {
      onProgress(`preparing ${name}`);
      entries.push(await enter(name, options));
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const entry of entries) {
        await takeTurn(entry);
        onProgress(`round ${round} of ${rounds}, ${entry.name}: ${resultOf(entry)}`);
      }
    }
  } finally {
    for (const { contender } of entries) await contender?.close();
  }
  return entries.map(({ name, timings, error }) =>
    error === undefined ? { name, timings } : { name, timings: [], error },
  );
}

interface Entry {
  readonly name: ContenderName;
  readonly contender?: Contender;
  readonly timings: Timing[];
  error?: string;
}

async function enter(name: ContenderName, ground: Ground): Promise<Entry> {
  try {
    return { name, contender: await contenders[name](ground), timings: [] };
  } catch (error) {
    return { name, timings: [], error: messageOf(error) };
  }
}

async function takeTurn(entry: Entry): Promise<void> {
  if (!entry.contender || entry.error !== undefined) return;
  try {
    entry.timings.push(await entry.contender.run());
  } catch (error) {
    entry.error = messageOf(error);
  }
}

function resultOf({ error, timings }: Entry): string {
  return error ?? `${timings.at(-1)?.seconds.toFixed(2)} s`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
