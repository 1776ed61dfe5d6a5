import { processEnvironment } from '../../../platform/config/config.ts';
import { main } from '../../cli/main.ts';

/** Runs `flows` commands as a user would type them, and shows them. */
export interface FlowsCommand {
  /** Shows the command and its answer. Throws when it does not end well. */
  show(...words: string[]): Promise<void>;
  /** Runs the command with `--json` and gives its document; shows nothing. */
  ask<T>(...words: string[]): Promise<T>;
}

/** `secrets` reach the command as its environment, never as its words. With `quiet`, answers go to standard error. */
export function flowsCommand(options: { secrets: Readonly<Record<string, string>>; quiet: boolean }): FlowsCommand {
  const environment = { ...processEnvironment(), ...options.secrets };
  const shown = options.quiet ? process.stderr : process.stdout;
  const run = (words: readonly string[], stdout: { write(text: string): unknown }) =>
    main(words, { stdin: process.stdin, stdout, stderr: process.stderr, environment, nowMs: () => Date.now() });
  return {
    async show(...words) {
      shown.write(`\n$ npm run flows -- ${words.map(quoted).join(' ')}\n`);
      const exitCode = await run(words, shown);
      if (exitCode !== 0) throw new Error(`"flows ${words.join(' ')}" ended with exit code ${exitCode}.`);
    },
    async ask<T>(...words: string[]) {
      let text = '';
      const exitCode = await run([...words, '--json'], {
        write(part: string) {
          text += part;
        },
      });
      if (exitCode !== 0) throw new Error(`"flows ${words.join(' ')}" ended with exit code ${exitCode}: ${text}`);
      return JSON.parse(text) as T;
    },
  };
}

function quoted(word: string): string {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word}'`;
}
