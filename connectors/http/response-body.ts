import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { FlowsError } from '../../model/errors/flows-error.ts';

/** The step in which a decoder grows its output. */
const decodeChunkBytes = 131_072;

export interface BodyContext {
  readonly headers: Readonly<Record<string, string>>;
  /** The largest body, both as received and decoded. */
  readonly bytesMax: number;
  /** What was asked, for messages. */
  readonly what: string;
}

/**
 * Reads a body to its end and undoes its content encoding: gzip, deflate or br, one at most. A body that is called
 * gzip but is plain (some servers label errors so) is taken as it is. Nothing larger than `bytesMax` is ever held: reading
 * and decoding stop there. Throws `bad_response` for that, for other encodings and for a broken one; the stream's own
 * errors pass through.
 */
export async function readBody(stream: AsyncIterable<Uint8Array>, context: BodyContext): Promise<Buffer> {
  const received = await collect(stream, context);
  const encoding = (context.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity' || received.length === 0) return received;
  const decode = decoderOf(encoding, received);
  if (!decode) {
    throw unusable(context, `a content encoding that was not asked for (${encoding.slice(0, 64)})`);
  }
  try {
    return await decode(received, { maxOutputLength: context.bytesMax, chunkSize: decodeChunkBytes });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(context);
    throw unusable(context, `a body that is no whole ${encoding} (${codeOf(error)})`);
  }
}

/**
 * A body as text, without a byte order mark. In a successful answer invalid UTF-8 throws `bad_response`, so that no
 * record is stored mutilated; in other answers, which only become messages, it is replaced.
 */
export function toText(bytes: Uint8Array, { what, status }: { what: string; status: number }): string {
  const isSuccess = status >= 200 && status < 300;
  try {
    return new TextDecoder('utf-8', { fatal: isSuccess }).decode(bytes);
  } catch {
    throw new FlowsError(
      'bad_response',
      `${what} answered ${status} with a body that is not UTF-8. Set the system, or what stands before it, to send UTF-8.`,
    );
  }
}

async function collect(stream: AsyncIterable<Uint8Array>, context: BodyContext): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > context.bytesMax) throw tooLarge(context);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

type Decoder = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

const takeAsIs: Decoder = (bytes) => Promise.resolve(bytes);
const decodeGzip: Decoder = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const decodeZlib: Decoder = promisify<Buffer, ZlibOptions, Buffer>(inflate);
const decodeDeflate: Decoder = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);
const decodeBrotli: Decoder = (bytes, { maxOutputLength, chunkSize }) =>
  promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)(bytes, { maxOutputLength, chunkSize });

function decoderOf(encoding: string, body: Buffer): Decoder | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return body[0] === 0x1f && body[1] === 0x8b ? decodeGzip : takeAsIs;
    case 'deflate':
      // By the standard it has a zlib header; servers exist that send it without.
      return body.length > 1 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0 ? decodeZlib : decodeDeflate;
    case 'br':
      return decodeBrotli;
    default:
      return undefined;
  }
}

function tooLarge(context: BodyContext): FlowsError {
  return unusable(
    context,
    `more than ${context.bytesMax} bytes`,
    'Ask for smaller pages (page_size) or raise answer_bytes_max.',
  );
}

function unusable(
  { what }: BodyContext,
  found: string,
  advice = 'Check what stands between us and the system.',
): FlowsError {
  return new FlowsError('bad_response', `${what} answered with ${found}; it was not read further. ${advice}`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no code';
}
