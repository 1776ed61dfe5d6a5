import type { Colors } from './colors.ts';
import { colorsFor } from './colors.ts';
import { formatError, toErrorDocument } from './format-error.ts';
import { createProgress, type Progress } from './progress.ts';

/** Where a command writes. */
export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How a command answers: its result on standard output, everything else on standard error. */
export interface Output {
  readonly colors: Colors;
  /** Whether standard output is one JSON document and nothing else. */
  readonly isJson: boolean;
  /** The command's answer: as JSON, or as `render` makes it for a person. */
  result(document: unknown, render: (colors: Colors) => string): void;
  note(text: string): void;
  error(error: unknown): void;
  progress(): Progress;
}

export function createOutput(
  streams: Streams,
  options: { isJson: boolean; environment: Readonly<Record<string, string | undefined>> },
): Output {
  const { stdout, stderr } = streams;
  const { isJson, environment } = options;
  const colors = colorsFor(stdout, environment);
  const json = (document: unknown) => stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return {
    colors,
    isJson,
    result: (document, render) => (isJson ? json(document) : stdout.write(`${render(colors)}\n`)),
    note: (text) => stderr.write(`${text}\n`),
    error(error) {
      const document = toErrorDocument(error);
      if (isJson) json({ error: document });
      stderr.write(`${formatError(colorsFor(stderr, environment), document)}\n`);
    },
    progress: () => createProgress(stderr, () => performance.now()),
  };
}
