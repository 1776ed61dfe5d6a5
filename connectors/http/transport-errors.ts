import { FlowsError } from '../../model/errors/flows-error.ts';
import type { TransportSettings } from './transport-settings.ts';

export interface TransportContext {
  readonly system: string;
  readonly settings: TransportSettings;
  readonly options: { readonly method: string; readonly path: string };
}

/**
 * What happened on the way, in our taxonomy: `system_unreachable` when no whole answer came, `bad_response` when what
 * came is not HTTP as agreed. Errors of ours, and what is no transport error, are given back as they are.
 */
export function transportError(error: unknown, { system, settings, options }: TransportContext): unknown {
  if (error instanceof FlowsError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const url = new URL(settings.url);
  const path = options.path.replace(/^\/+/, '').split(/[?#]/, 1)[0];
  const what = `${options.method} ${url.origin}${url.pathname.replace(/\/+$/, '')}/${path}`;
  const upstream = { system, code };
  if (isBrokenHttp(code)) {
    const message = `${what} got an answer that is not HTTP as agreed (${code}). Check that the address and port are the system's API.`;
    return new FlowsError('bad_response', message, { cause: error, upstream });
  }
  const { found, advice } = explain(code, { error, settings, host: url.host });
  return new FlowsError('system_unreachable', `${what} got no answer: ${found} (${code}). ${advice}`, {
    cause: error,
    upstream,
  });
}

/** The HTTP parser's own codes begin so, but not every error of it has one. */
const parserCode = 'HPE_';

/** The code of the error itself, or of the first cause or part that has one. */
function codeOf(error: Error): string | undefined {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error.name === 'HTTPParserError') return parserCode;
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return inner instanceof Error && inner !== error ? codeOf(inner) : undefined;
}

function isBrokenHttp(code: string): boolean {
  return (
    code.startsWith(parserCode) || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
  );
}

interface Explanation {
  readonly found: string;
  readonly advice: string;
}

interface Circumstances {
  readonly error: Error;
  readonly settings: TransportSettings;
  readonly host: string;
}

const checkNetwork = 'Check that the system is up and that this machine may reach it.';

function explain(code: string, { error, settings, host }: Circumstances): Explanation {
  switch (code) {
    case 'ECONNREFUSED':
      return {
        found: `${settings.proxy_url ? 'the proxy or ' : ''}${host} refused the connection`,
        advice: checkNetwork,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { found: 'the host name could not be resolved', advice: "Check the address and this machine's DNS." };
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { found: `no connection within ${settings.connect_timeout_ms} ms`, advice: checkNetwork };
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { found: `no answer began within ${settings.first_byte_timeout_ms} ms`, advice: checkNetwork };
    case 'UND_ERR_BODY_TIMEOUT':
      return { found: `the answer stopped for ${settings.first_byte_timeout_ms} ms`, advice: checkNetwork };
    case 'ANSWER_TIMEOUT':
      return {
        found: `the whole answer was not there within ${settings.answer_timeout_ms} ms`,
        advice: 'Ask for smaller pages (page_size) or raise answer_timeout_ms.',
      };
    case 'UND_ERR_ABORTED':
      return {
        found: `the proxy did not let us through (${error.message})`,
        advice: 'Check proxy_url and its credentials.',
      };
    default:
      if (isTrustProblem(code)) {
        return {
          found: `its TLS certificate is not trusted`,
          advice: 'Give the authority that signed it as tls_ca_pem, or the name in it as tls_server_name.',
        };
      }
      return { found: 'the connection broke', advice: checkNetwork };
  }
}

function isTrustProblem(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|ALTNAME|UND_ERR_PRX_TLS/.test(code);
}
