import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Delivery } from './http-answer.ts';

/** What went out: `status` 0 means that the connection was cut without an answer. */
export interface Sent {
  readonly status: number;
  readonly bytes: number;
}

const fillerBytes = 1024 * 1024;

/** Puts an answer on the wire, spoiled as its delivery says; ends early when the client has gone. */
export async function deliver(response: ServerResponse, answer: Answer): Promise<Sent> {
  const delivery = answer.delivery ?? {};
  response.statusCode = answer.status;
  if (answer.status === 204) {
    response.end();
    return { status: 204, bytes: 0 };
  }
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  const bytes = await sendBody(response, { answer, delivery });
  answer.afterwards?.();
  return { status: answer.status, bytes };
}

/** Cuts the connection without an answer. */
export function cutConnection(response: ServerResponse): Sent {
  response.socket?.destroy();
  return { status: 0, bytes: 0 };
}

/** Waits, or less when the client goes or the ERP closes. */
export async function pause(response: ServerResponse, waitMs: number): Promise<void> {
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  response.once('close', stop);
  if (!response.destroyed) await sleep(waitMs, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off('close', stop);
}

async function sendBody(response: ServerResponse, sending: { answer: Answer; delivery: Delivery }): Promise<number> {
  const { answer, delivery } = sending;
  if (delivery.paddingBytes !== undefined) return sendPadded(response, { answer, bytes: delivery.paddingBytes });
  const body = delivery.cutAt === undefined ? answer.body : answer.body.subarray(0, delivery.cutAt);
  const declared = delivery.declare === 'whole' ? answer.body.length : body.length;
  response.setHeader('content-length', declared);
  if (delivery.dripBytes !== undefined) await drip(response, { body, delivery });
  else response.write(body);
  if (declared > body.length) await closeWithinBody(response);
  else response.end();
  return body.length;
}

async function drip(response: ServerResponse, sending: { body: Buffer; delivery: Delivery }): Promise<void> {
  const step = Math.max(1, sending.delivery.dripBytes ?? 1);
  for (let at = 0; at < sending.body.length && !response.destroyed; at += step) {
    response.write(sending.body.subarray(at, at + step));
    await pause(response, sending.delivery.dripEveryMs ?? 0);
  }
}

/** Lets the bytes leave before the socket goes, so that the client sees a cut body and not a missing answer. */
async function closeWithinBody(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write('', () => resolve());
    response.once('close', () => resolve());
  });
  response.socket?.end();
}

async function sendPadded(response: ServerResponse, sending: { answer: Answer; bytes: number }): Promise<number> {
  const { body, itemsAt = 1 } = sending.answer;
  const filler = Buffer.alloc(fillerBytes, 'x');
  const pieces = [body.subarray(0, itemsAt), Buffer.from('"Padding":"')];
  let sent = 0;
  const send = async (piece: Buffer): Promise<void> => {
    sent += piece.length;
    if (!response.write(piece) && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  for (const piece of pieces) await send(piece);
  for (let left = sending.bytes; left > 0 && !response.destroyed; left -= fillerBytes) {
    await send(filler.subarray(0, Math.min(left, fillerBytes)));
  }
  await send(Buffer.from('",'));
  await send(body.subarray(itemsAt));
  response.end();
  return sent;
}
