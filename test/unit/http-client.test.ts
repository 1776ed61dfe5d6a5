import type { RequestListener } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
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

function clientFor(url: string, settings: Record<string, unknown> = {}): HttpClient {
  const client = createHttpClient({ system: 'test', settings: transportSettings.parse({ url, ...settings }) });
  closing.unshift(client);
  return client;
}

async function answering(listener: RequestListener, settings: Record<string, unknown> = {}): Promise<HttpClient> {
  return clientFor((await serve(listener)).url, settings);
}

test('an answer holds status, headers, text, decoded size and its JSON', async () => {
  const client = await answering((_, response) => response.writeHead(404, { 'X-Kind': 'none' }).end('{"a":"ü"}'));
  const answer = await client.request({ method: 'GET', path: '/orders', signal });
  expect(answer).toMatchObject({ status: 404, text: '{"a":"ü"}', bytes: 10 });
  expect(answer.headers['x-kind']).toBe('none');
  expect(answer.json()).toEqual({ a: 'ü' });
});

test('a path stays below the base address and keeps its own query', async () => {
  const server = await serve((request, response) => response.end(JSON.stringify(request.url)));
  const client = clientFor(`${server.url}/base/`);
  const query = { filter: 'a b&c', skipped: undefined, limit: 5 };
  const answer = await client.request({ method: 'GET', path: '//other.test/x?own=1', query, signal });
  expect(answer.json()).toBe('/base/other.test/x?own=1&filter=a%20b%26c&limit=5');
});

test('JSON bodies are sent as JSON and texts as they are', async () => {
  const client = await answering((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => response.write(`${request.headers['content-type']} ${text}`));
    request.on('end', () => response.end());
  });
  const json = await client.request({ method: 'POST', path: '/', body: { a: 1 }, signal });
  expect(json.text).toBe('application/json {"a":1}');
  const headers = { 'Content-Type': 'text/xml' };
  const text = await client.request({ method: 'POST', path: '/', body: '<a/>', headers, signal });
  expect(text.text).toBe('text/xml <a/>');
});

test('a header value with a line break is refused before anything is sent', async () => {
  let requests = 0;
  const client = await answering((_, response) => {
    requests += 1;
    response.end();
  });
  const request = client.request({
    method: 'GET',
    path: '/',
    headers: { authorization: 'Bearer x\r\nEvil: 1' },
    signal,
  });
  await expect(request).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.not.stringContaining('Evil'),
  });
  expect(requests).toBe(0);
});

const page = JSON.stringify({ Items: ['ä'.repeat(5_000)] });
test.each([
  ['gzip', gzipSync(page)],
  ['x-gzip', gzipSync(page)],
  ['deflate', deflateSync(page)],
  ['deflate', deflateRawSync(page)],
  ['br', brotliCompressSync(page)],
  ['identity', Buffer.from(page)],
  ['gzip', Buffer.from(page)],
])('a body in %s encoding is decoded, or plain where it only says so', async (encoding, body) => {
  const client = await answering((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
  const answer = await client.request({ method: 'GET', path: '/', signal });
  expect(answer.text).toBe(page);
  expect(answer.bytes).toBe(Buffer.byteLength(page));
});

test('gzip is asked for, so that no other encoding comes', async () => {
  const client = await answering((request, response) => response.end(request.headers['accept-encoding']));
  expect((await client.request({ method: 'GET', path: '/', signal })).text).toBe('gzip');
});

test.each([
  ['two encodings', 'gzip, gzip', gzipSync(gzipSync('{}'))],
  ['an unknown encoding', 'zstd', Buffer.from('{}')],
  ['a cut gzip', 'gzip', gzipSync(page).subarray(0, 40)],
])('%s in an answer is a bad response', async (_, encoding, body) => {
  const client = await answering((__, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body));
  await expect(client.request({ method: 'GET', path: '/', signal })).rejects.toMatchObject({ code: 'bad_response' });
});

test.each([
  ['gzip', gzipSync(Buffer.alloc(50_000_000))],
  ['br', brotliCompressSync(Buffer.alloc(50_000_000))],
])('a %s bomb is cut at the size limit', async (encoding, bomb) => {
  const client = await answering((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb), {
    answer_bytes_max: 1_000_000,
  });
  const request = client.request({ method: 'GET', path: '/', signal });
  await expect(request).rejects.toMatchObject({
    code: 'bad_response',
    message: expect.stringContaining('1000000 bytes'),
  });
});

test('an endless body is not read beyond the size limit', async () => {
  let written = 0;
  const client = await answering(
    (_, response) => {
      const chunk = Buffer.alloc(65_536);
      const write = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', write);
      write();
    },
    { answer_bytes_max: 200_000 },
  );
  await expect(client.request({ method: 'GET', path: '/', signal })).rejects.toMatchObject({ code: 'bad_response' });
  expect(written).toBeLessThan(20_000_000);
});

test('invalid UTF-8 is a bad response in a page and tolerated in an error', async () => {
  const client = await answering((request, response) => {
    response.writeHead(request.url === '/page' ? 200 : 503).end(Buffer.from([0x22, 0xe4, 0x22]));
  });
  await expect(client.request({ method: 'GET', path: '/page', signal })).rejects.toMatchObject({
    code: 'bad_response',
  });
  expect((await client.request({ method: 'GET', path: '/error', signal })).status).toBe(503);
});

test('a body with a byte order mark is read without it', async () => {
  const client = await answering((_, response) => response.end('\uFEFF{"a":1}'));
  expect((await client.request({ method: 'GET', path: '/', signal })).json()).toEqual({ a: 1 });
});

test('an answer that is no JSON is a bad response that names the request without its query', async () => {
  const client = await answering((_, response) => response.end('<html>password=hunter2'));
  const answer = await client.request({ method: 'GET', path: '/orders', query: { key: 'hidden' }, signal });
  const error: unknown = await Promise.resolve()
    .then(answer.json)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'bad_response',
    message: expect.stringMatching(/^GET http:\/\/[\d.:]+\/orders /),
  });
  expect(String(error)).not.toMatch(/hidden|hunter2/);
});
