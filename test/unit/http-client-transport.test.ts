import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../connectors/http/http-client.ts';
import { transportSettings } from '../../connectors/http/transport-settings.ts';
import { startTestProxy, startTestServer, startTlsTestServer, testAuthorityPem } from '../support/http/test-server.ts';

const signal = new AbortController().signal;
const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const open of closing.splice(0)) await open.close();
});

function kept<Open extends { close(): Promise<void> }>(open: Open): Open {
  closing.unshift(open);
  return open;
}

function clientFor(url: string, settings: Record<string, unknown> = {}): HttpClient {
  return kept(createHttpClient({ system: 'test', settings: transportSettings.parse({ url, ...settings }) }));
}

async function answering(listener: RequestListener, settings: Record<string, unknown> = {}): Promise<HttpClient> {
  return clientFor(kept(await startTestServer(listener)).url, settings);
}

const get = { method: 'GET', path: '/orders?token=t0p', signal } as const;

test('a refused connection is an unreachable system, named without the query', async () => {
  const server = await startTestServer(() => undefined);
  await server.close();
  const error: unknown = await clientFor(server.url)
    .request(get)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'system_unreachable', upstream: { system: 'test', code: 'ECONNREFUSED' } });
  expect(String(error)).toContain(`GET ${server.url}/orders `);
  expect(String(error)).not.toContain('t0p');
});

test('a host name that does not resolve is an unreachable system', async () => {
  const request = clientFor('http://erp.invalid').request(get);
  await expect(request).rejects.toMatchObject({ code: 'system_unreachable' });
});

test.each([
  ['without an answer', (response: Parameters<RequestListener>[1]) => response.destroy()],
  [
    'in the middle of a body',
    (response: Parameters<RequestListener>[1]) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Items":[');
      setTimeout(() => response.destroy(), 20);
    },
  ],
])('a socket that closes %s is an unreachable system', async (_, answer) => {
  const client = await answering((__, response) => {
    answer(response);
  });
  await expect(client.request(get)).rejects.toMatchObject({ code: 'system_unreachable' });
});

test('an answer that is not HTTP is a bad response', async () => {
  const client = await answering((_, response) => response.socket?.end('SSH-2.0-OpenSSH\r\n'));
  await expect(client.request(get)).rejects.toMatchObject({ code: 'bad_response' });
});

test('a megabyte of headers is a bad response', async () => {
  const client = await answering((_, response) => {
    response.socket?.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1_000_000)}\r\n\r\n`);
  });
  await expect(client.request(get)).rejects.toMatchObject({ code: 'bad_response' });
});

test('an answer that does not begin in time is an unreachable system', async () => {
  const client = await answering(() => undefined, { first_byte_timeout_ms: 100 });
  const request = client.request(get);
  await expect(request).rejects.toMatchObject({
    upstream: { code: 'UND_ERR_HEADERS_TIMEOUT' },
    code: 'system_unreachable',
  });
});

test('an answer that drips forever ends with the limit for a whole answer', async () => {
  const client = await answering(
    (_, response) => {
      const drip = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(drip));
    },
    { answer_timeout_ms: 200 },
  );
  const request = client.request(get);
  await expect(request).rejects.toMatchObject({ code: 'system_unreachable', upstream: { code: 'ANSWER_TIMEOUT' } });
});

test("a caller's abort comes back as the reason that it gave", async () => {
  const client = await answering(() => undefined);
  const caller = new AbortController();
  const reason = new Error('stopped by the engine');
  const request = client.request({ ...get, signal: caller.signal });
  setTimeout(() => caller.abort(reason), 20);
  await expect(request).rejects.toBe(reason);
  await expect(client.request({ ...get, signal: caller.signal })).rejects.toBe(reason);
});

test('nothing is sent a second time when the answer is lost', async () => {
  let calls = 0;
  const client = await answering((_, response) => {
    calls += 1;
    response.destroy();
  });
  await expect(client.request(get)).rejects.toMatchObject({ code: 'system_unreachable' });
  expect(calls).toBe(1);
});

test('connections are kept alive between requests', async () => {
  const ports = new Set<number | undefined>();
  const client = await answering((request, response) => {
    ports.add(request.socket.remotePort);
    response.end('{}');
  });
  for (let request = 0; request < 6; request += 1) await client.request(get);
  expect(ports.size).toBeLessThan(3);
});

test('a certificate of a private authority is trusted when that is given, with its name', async () => {
  const server = kept(await startTlsTestServer((_, response) => response.end('{"ok":true}')));
  const trusting = clientFor(server.url, { tls_ca_pem: testAuthorityPem, tls_server_name: 'erp.test' });
  expect((await trusting.request(get)).json()).toEqual({ ok: true });
});

test.each([
  ['no authority', {}],
  ['another host name', { tls_ca_pem: testAuthorityPem, tls_server_name: 'other.test' }],
])('a certificate is refused with %s, and the message says what to set', async (_, settings) => {
  const server = kept(await startTlsTestServer((__, response) => response.end('{}')));
  const request = clientFor(server.url, settings).request(get);
  await expect(request).rejects.toMatchObject({
    code: 'system_unreachable',
    message: expect.stringContaining('tls_ca_pem'),
  });
});

test('a proxy is asked for a tunnel, and TLS inside it is checked as without one', async () => {
  const server = kept(await startTlsTestServer((_, response) => response.end('{"ok":true}')));
  const proxy = kept(await startTestProxy({ toPort: server.port }));
  const proxied = { proxy_url: proxy.url, tls_ca_pem: testAuthorityPem };
  const client = clientFor(`https://erp.test:${server.port}`, proxied);
  expect((await client.request(get)).json()).toEqual({ ok: true });
  expect(proxy.targets).toEqual([`erp.test:${server.port}`]);
});

test('a proxy that refuses is an unreachable system, and the message names the setting', async () => {
  const proxy = kept(await startTestProxy({ toPort: 1, refuseStatus: 407 }));
  const client = clientFor('http://erp.test', { proxy_url: proxy.url });
  await expect(client.request(get)).rejects.toMatchObject({
    code: 'system_unreachable',
    message: expect.stringContaining('proxy_url'),
  });
});

test('closing ends what is under way', async () => {
  const client = await answering(() => undefined);
  const request = client.request(get);
  setTimeout(() => void client.close(), 20);
  await expect(request).rejects.toMatchObject({ code: 'system_unreachable' });
});
