import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../connectors/http/http-client.ts';
import { transportSettings } from '../../connectors/http/transport-settings.ts';
import { startTestServer, type TestServer } from '../support/http/test-server.ts';

const signal = new AbortController().signal;
const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const open of closing.splice(0)) await open.close();
});

async function serve(listener: RequestListener): Promise<TestServer> {
  const server = await startTestServer(listener);
  closing.unshift(server);
  return server;
}

function clientFor(url: string): HttpClient {
  const client = createHttpClient({ system: 'test', settings: transportSettings.parse({ url }) });
  closing.unshift(client);
  return client;
}

test('a redirect within the origin is followed with its headers', async () => {
  const server = await serve((request, response) => {
    if (request.url === '/old') response.writeHead(302, { location: '/new' }).end();
    else response.end(`${request.url} ${request.headers.authorization}`);
  });
  const headers = { authorization: 'Bearer t' };
  const answer = await clientFor(server.url).request({ method: 'GET', path: '/old', headers, signal });
  expect(answer.text).toBe('/new Bearer t');
});

test('a redirect to another origin is a bad response and is never called', async () => {
  let calls = 0;
  const other = await serve((_, response) => {
    calls += 1;
    response.end();
  });
  const server = await serve((_, response) =>
    response.writeHead(302, { location: `${other.url}/login?token=t0p` }).end(),
  );
  const request = clientFor(server.url).request({
    method: 'GET',
    path: '/',
    headers: { authorization: 'Bearer t' },
    signal,
  });
  await expect(request).rejects.toMatchObject({ code: 'bad_response', message: expect.not.stringContaining('t0p') });
  expect(calls).toBe(0);
});

test('a redirect loop ends after three redirects', async () => {
  let calls = 0;
  const server = await serve((_, response) => {
    calls += 1;
    response.writeHead(302, { location: '/again' }).end();
  });
  const request = clientFor(server.url).request({ method: 'GET', path: '/', signal });
  await expect(request).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining('3 redirects'),
  });
  expect(calls).toBe(4);
});

test('a POST is not turned into a GET by a redirect', async () => {
  const server = await serve((_, response) => response.writeHead(302, { location: '/new' }).end());
  const request = clientFor(server.url).request({ method: 'POST', path: '/', body: {}, signal });
  await expect(request).rejects.toMatchObject({ code: 'bad_response' });
});

test('a 308 repeats a POST with its body', async () => {
  const server = await serve((request, response) => {
    if (request.url === '/old') response.writeHead(308, { location: '/new' }).end();
    else request.setEncoding('utf8').on('data', (text: string) => response.end(`${request.method} ${text}`));
  });
  const answer = await clientFor(server.url).request({ method: 'POST', path: '/old', body: { a: 1 }, signal });
  expect(answer.text).toBe('POST {"a":1}');
});
