import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { TransportSettings } from './transport-settings.ts';

/** Open connections to one system; the engine asks for less at a time. */
const connectionsMax = 32;

/** The connections of one client: kept alive, through a proxy where one is set, with the settings' timeouts and trust. */
export function createDispatcher(settings: TransportSettings): Dispatcher {
  const connectTls = {
    timeout: settings.connect_timeout_ms,
    ...(settings.tls_ca_pem !== undefined && { ca: settings.tls_ca_pem }),
    ...(settings.tls_server_name !== undefined && { servername: settings.tls_server_name }),
  };
  const options = {
    connections: connectionsMax,
    headersTimeout: settings.first_byte_timeout_ms,
    bodyTimeout: settings.first_byte_timeout_ms,
  };
  if (settings.proxy_url === undefined) return new Agent({ ...options, connect: connectTls });
  return new ProxyAgent({
    ...options,
    uri: settings.proxy_url,
    requestTls: connectTls,
    proxyTls: { timeout: settings.connect_timeout_ms },
    // The proxy's answer to CONNECT belongs to connecting, not to the request.
    clientFactory: (origin, factoryOptions) =>
      new Pool(origin, { ...factoryOptions, headersTimeout: settings.connect_timeout_ms }),
  });
}
