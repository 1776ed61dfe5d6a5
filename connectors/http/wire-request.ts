import type { Dispatcher } from 'undici';
import { FlowsError } from '../../model/errors/flows-error.ts';
import type { HttpRequest } from './http-messages.ts';

/** The address of a request: below the base address, whatever the path holds, so always on its origin. */
export function addressOf(base: string, { path, query = {} }: HttpRequest): URL {
  const url = new URL(`${base.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`);
  const added = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  if (added.length > 0) url.search = [url.search.slice(1), ...added].filter(Boolean).join('&');
  return url;
}

/** Method, headers and body as they are sent. Throws `invalid_request` for a header value that cannot be sent. */
export function toWire({
  method,
  headers = {},
  body,
}: HttpRequest): Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body'> {
  const sent: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'gzip', 'user-agent': 'flows' };
  if (body !== undefined)
    sent['content-type'] = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw unsendableHeader(name);
    sent[name.toLowerCase()] = value;
  }
  if (body === undefined) return { method, headers: sent };
  return { method, headers: sent, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

function unsendableHeader(name: string): FlowsError {
  return new FlowsError(
    'invalid_request',
    `The header "${name}" was not sent: its value holds a line break or a character that a header cannot carry. Check ` +
      'the settings and credentials that it is made of.',
  );
}

/** Received headers, each name with one value. */
export function flatHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
