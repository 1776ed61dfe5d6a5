import { summarizeError } from '../../../model/errors/flows-error.ts';

/** What the doctor found about one thing. */
export interface Finding {
  readonly name: string;
  /** `unknown` where a server cannot be asked. */
  readonly state: 'ok' | 'failed' | 'unknown';
  readonly detail: string;
  /** How to repair it. */
  readonly hint?: string;
}

/** Looks at one thing: `look` gives what it saw, or throws what is wrong. */
export async function check(name: string, hint: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', detail: await look() };
  } catch (error) {
    const { code, message } = summarizeError(error);
    return { name, state: 'failed', detail: code === 'internal' ? message : `${code}: ${message}`, hint };
  }
}
