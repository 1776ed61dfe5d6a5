import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { OutputStream } from './output.ts';

interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: OutputStream;
}

/** Asks for a secret: what is typed is not shown. Rejects when the person interrupts. */
export function promptHidden(question: string, terminal: Terminal): Promise<string> {
  return ask(question, terminal, () => undefined);
}

/**
 * Asks for a word before something that cannot be undone. Without a terminal it must have been allowed by `--yes`.
 * @throws FlowsError `invalid_request` when the word is another one, or cannot be asked for.
 */
export async function confirm(
  terminal: Terminal,
  options: { yes: boolean; what: string; word: string },
): Promise<void> {
  const { yes, what, word } = options;
  if (yes) return;
  if (terminal.input.isTTY !== true)
    throw new FlowsError('invalid_request', `${what} Give --yes to do it without being asked.`);
  const answer = await ask(`${what}\nType "${word}" to go on: `, terminal, (typed) => terminal.output.write(typed));
  if (answer.trim() !== word) throw new FlowsError('invalid_request', 'Nothing was done: the answer was another one.');
}

async function ask(question: string, { input, output }: Terminal, echo: (typed: string) => void): Promise<string> {
  const interrupted = new AbortController();
  const echoing = new Writable({
    write(typed: Buffer, _encoding, done) {
      echo(typed.toString());
      done();
    },
  });
  const reader = createInterface({ input, output: echoing, terminal: true });
  reader.once('SIGINT', () => interrupted.abort());
  reader.once('close', () => interrupted.abort());
  output.write(question);
  try {
    return await reader.question('', { signal: interrupted.signal });
  } finally {
    reader.close();
    output.write('\n');
  }
}
