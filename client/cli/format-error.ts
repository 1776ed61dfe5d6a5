import { type ErrorCode, isErrorCode } from '../../model/errors/codes.ts';
import { FlowsError, type Problem, summarizeError, type Upstream } from '../../model/errors/flows-error.ts';
import type { Colors } from './colors.ts';
import { printable } from './format.ts';

/** An error as `--json` prints it. */
export interface ErrorDocument {
  readonly code: ErrorCode;
  readonly message: string;
  readonly problems: readonly Problem[];
  readonly retryable: boolean;
  readonly upstream?: Upstream;
}

export function toErrorDocument(error: unknown): ErrorDocument {
  const { code, message, upstream } = summarizeError(error);
  const problems = error instanceof FlowsError ? error.problems : [];
  const retryable = error instanceof FlowsError && error.retryable;
  return { code, message, problems, retryable, ...(upstream && { upstream }) };
}

/** An error as a person reads it: `error (code): message`, every problem with its place, and what the system said. */
export function formatError(colors: Colors, error: ErrorDocument): string {
  const lines = [
    `${colors.red(`error (${error.code}):`)} ${printableLines(error.message)}`,
    ...error.problems.map(({ path, message }) => `  ${path === '' ? '/' : printable(path)}: ${printable(message)}`),
  ];
  const { status, code, message } = error.upstream ?? {};
  const said = [status === undefined ? '' : `HTTP ${status}`, code ?? '', message ?? ''].filter((part) => part !== '');
  if (said.length > 0) lines.push(`  the system said: ${printable(said.join(' '))}`);
  const next = isErrorCode(error.code) ? nextSteps[error.code] : undefined;
  if (next) lines.push(`  ${next}`);
  return lines.join('\n');
}

/** What to do next where the message cannot know it. */
const nextSteps: Partial<Record<ErrorCode, string>> = {
  store_unavailable: '"flows doctor" looks at what is reachable.',
  engine_unavailable: '"flows doctor" looks at what is reachable.',
  authentication_failed: 'Check the user and password, then give the command again.',
  rate_limited: 'Give the command again later.',
};

function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
