import { request as send } from 'undici';
import { createDispatcher } from './dispatcher.ts';
import type { HttpAnswer, HttpRequest } from './http-messages.ts';
import { parseJson } from './json.ts';
import { redirectTarget } from './redirects.ts';
import { readBody, toText } from './response-body.ts';
import { transportError } from './transport-errors.ts';
import type { TransportSettings } from './transport-settings.ts';
import { addressOf, flatHeaders, toWire } from './wire-request.ts';

export type { HttpAnswer, HttpRequest };

export interface HttpClient {
  /**
   * Sends one request once: no retries, so that a write is never repeated behind the engine's back. Answers of every
   * status are returned. Redirects are followed three times, within the same origin; a request other than GET and HEAD
   * only where the status (307, 308) keeps its method.
   *
   * Throws `system_unreachable` when no whole answer came (refused, DNS, TLS, reset, timeouts), `bad_response` for an
   * answer that cannot be used (too large, broken encoding, not UTF-8, a redirect elsewhere), `invalid_request` for a
   * header that cannot be sent, and the signal's own reason when the caller aborts.
   */
  request(options: HttpRequest): Promise<HttpAnswer>;
  /** Closes the connections; requests under way fail with `system_unreachable`. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** The kind of system, for `upstream` in errors. */
  readonly system: string;
  readonly settings: TransportSettings;
  readonly now?: () => number;
}

/** A client for one system, with connections of its own that are kept alive. */
export function createHttpClient({ system, settings, now = Date.now }: HttpClientOptions): HttpClient {
  const dispatcher = createDispatcher(settings);

  async function exchange(url: URL, options: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const what = `${options.method} ${url.origin}${url.pathname}`;
    const response = await send(url, { dispatcher, signal, ...toWire(options) });
    const headers = flatHeaders(response.headers);
    const status = response.statusCode;
    const body = await readBody(response.body, { headers, bytesMax: settings.answer_bytes_max, what });
    const text = toText(body, { what, status });
    return {
      request: what,
      status,
      headers,
      text,
      bytes: body.length,
      receivedAtMs: now(),
      json: () => parseJson(text, { what }),
    };
  }

  async function follow(options: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let url = addressOf(settings.url, options);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await exchange(url, options, signal);
      const target = redirectTarget(answer, { url, method: options.method, redirects });
      if (!target) return answer;
      url = target;
    }
  }

  return {
    async request(options) {
      options.signal.throwIfAborted();
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(answerTimeout), settings.answer_timeout_ms);
      const abort = (): void => limit.abort(options.signal.reason);
      options.signal.addEventListener('abort', abort, { once: true });
      try {
        return await follow(options, limit.signal);
      } catch (error) {
        if (limit.signal.reason === answerTimeout) throw transportError(answerTimeout, { system, settings, options });
        options.signal.throwIfAborted();
        throw transportError(error, { system, settings, options });
      } finally {
        clearTimeout(timer);
        options.signal.removeEventListener('abort', abort);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

const answerTimeout = Object.assign(new Error('the whole answer took too long'), { code: 'ANSWER_TIMEOUT' });
