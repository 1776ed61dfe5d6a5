import { FlowsError } from '../../model/errors/flows-error.ts';
import type { HttpAnswer } from './http-messages.ts';

/** More redirects than this are a loop or a login page in the way. */
const redirectsMax = 3;

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

export interface RedirectContext {
  readonly url: URL;
  readonly method: string;
  /** How many redirects were followed already. */
  readonly redirects: number;
}

/** Where the answer sends us; null when it is no redirect. Credentials never follow to another origin: that throws. */
export function redirectTarget(answer: HttpAnswer, { url, method, redirects }: RedirectContext): URL | null {
  const { location } = answer.headers;
  if (!redirectStatuses.has(answer.status) || location === undefined) return null;
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  const keepsMethod = answer.status >= 307 || method === 'GET' || method === 'HEAD';
  if (target?.origin === url.origin && keepsMethod && redirects < redirectsMax) return target;
  const where = target ? `${target.origin}${target.pathname}` : 'an address that is none';
  const reason = redirects >= redirectsMax ? ` after ${redirectsMax} redirects` : '';
  throw new FlowsError(
    'bad_response',
    `${answer.request} answered ${answer.status} with a redirect to ${where}${reason}, which is not followed. Give the ` +
      "address of the system's API itself; a redirect to a login page means that something in front asks for a login.",
    { upstream: { status: answer.status } },
  );
}
