import type { IncomingMessage } from 'node:http';

/** What the ERP answers, before it is put on the wire. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where `"Items"` begins in the body of a list page. */
  readonly itemsAt?: number;
  /** How the body is sent when a fault plays with it. */
  readonly delivery?: Delivery;
  /** Runs once the answer has been sent. */
  readonly afterwards?: () => void;
}

/** Ways to spoil the sending of a body. */
export interface Delivery {
  /** Send this many bytes only. */
  readonly cutAt?: number;
  /** `sent`: content-length of what is sent; `whole`: of the uncut body, then the socket is closed. */
  readonly declare?: 'sent' | 'whole';
  readonly dripBytes?: number;
  readonly dripEveryMs?: number;
  /** Filler put before `"Items"`, sent chunked. */
  readonly paddingBytes?: number;
}

/** A request that the ERP refuses; becomes an answer with an error body. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, options: { code: string; message: string; headers?: Record<string, string> }) {
    super(options.message);
    this.name = 'Refusal';
    this.status = status;
    this.code = options.code;
    this.headers = options.headers ?? {};
  }
}

/** An answer with a JSON body. */
export function jsonAnswer(value: unknown, options: { status?: number } = {}): Answer {
  return { status: options.status ?? 200, body: Buffer.from(JSON.stringify(value)) };
}

/** The answer for a refusal, or for a fault of the ERP itself. */
export function errorAnswer(error: unknown): Answer {
  const refusal =
    error instanceof Refusal
      ? error
      : new Refusal(500, { code: 'internal', message: `The ERP failed: ${String(error)}` });
  return {
    ...jsonAnswer({ Error: { Code: refusal.code, Message: refusal.message } }, { status: refusal.status }),
    headers: refusal.headers,
  };
}

/** Reads and parses a JSON body of at most `maxBytes`; refuses anything else. */
export async function readJsonBody(request: IncomingMessage, options: { maxBytes: number }): Promise<unknown> {
  const tooLarge = (bytes: number): void => {
    if (bytes <= options.maxBytes) return;
    throw new Refusal(413, { code: 'body_too_large', message: `The body is longer than ${options.maxBytes} bytes.` });
  };
  tooLarge(Number(request.headers['content-length'] ?? 0));
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    tooLarge(bytes);
    parts.push(part);
  }
  if (bytes === 0) return {};
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new Refusal(400, { code: 'bad_body', message: 'The body is not JSON.' });
  }
}
