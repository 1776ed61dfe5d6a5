/** What goes on, one line for each thing. */
export interface ProgressLine {
  readonly name: string;
  readonly state: string;
  readonly text: string;
}

/** Shows how far things are: lines that are rewritten in place on a terminal, a new line now and then elsewhere. */
export interface Progress {
  update(lines: readonly ProgressLine[]): void;
}

/** How often a line is written anew where the state stays the same and lines cannot be rewritten. */
const repeatMs = 10_000;

/** `now` gives milliseconds of a clock that only goes forward. */
export function createProgress(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  now: () => number,
): Progress {
  return stream.isTTY ? inPlace(stream) : asLines(stream, now);
}

function inPlace(stream: { write(text: string): unknown }): Progress {
  let height = 0;
  return {
    update(lines) {
      const width = Math.max(0, ...lines.map(({ name }) => name.length));
      const text = lines.map((line) => `\u001b[2K${describe(line, width)}\n`).join('');
      stream.write((height > 0 ? `\u001b[${height}A` : '') + text);
      height = lines.length;
    },
  };
}

function asLines(stream: { write(text: string): unknown }, now: () => number): Progress {
  const shown = new Map<string, { line: string; state: string; atMs: number }>();
  return {
    update(lines) {
      for (const line of lines) {
        const last = shown.get(line.name);
        const text = describe(line, 0);
        const isDue =
          last === undefined || last.state !== line.state || (last.line !== text && now() - last.atMs >= repeatMs);
        if (!isDue) continue;
        shown.set(line.name, { line: text, state: line.state, atMs: now() });
        stream.write(`${text}\n`);
      }
    },
  };
}

function describe({ name, state, text }: ProgressLine, width: number): string {
  return `${name.padEnd(width)}  ${state.padEnd(11)}${text === '' ? '' : ` ${text}`}`.trimEnd();
}
