import { FlowsError } from '../../model/errors/flows-error.ts';
import { type Json, isJsonObject } from '../../model/json.ts';
import type { HttpAnswer, HttpClient } from '../http/http-client.ts';
import { errorFromBody, errorFromStatus, system } from './errors.ts';
import { toPlain } from './values.ts';

export interface RpcRequest {
  /** Where JSON-RPC answers, e.g. `/flows/rpc/`. */
  readonly path: string;
  /** Full name, e.g. `model.party.party.search_read`. */
  readonly method: string;
  readonly params: readonly Json[];
  /** The header that names a session; absent before the login. */
  readonly authorization?: string;
  readonly signal: AbortSignal;
}

export interface RpcAnswer {
  /** Without `__class__` objects, see `toPlain`. */
  readonly result: Json;
  /** Decoded size of the answer. */
  readonly bytes: number;
}

/**
 * Calls one method once. Throws what Tryton answered, from the body where it says so (HTTP 200 with `error` inside), else
 * from the status.
 */
export async function callRpc(http: HttpClient, request: RpcRequest): Promise<RpcAnswer> {
  const answer = await postRpc(http, request);
  if (answer.status !== 200) throw errorFromStatus(answer, request);
  const body = answer.json();
  if (isJsonObject(body) && body['error'] !== undefined) throw errorFromBody(body['error'], request);
  if (!isJsonObject(body) || body['result'] === undefined) throw notRpc(answer);
  return { result: toPlain(body['result']), bytes: answer.bytes };
}

/** Sends a call and gives the answer of any status. */
export function postRpc(
  http: HttpClient,
  { path, method, params, authorization, signal }: RpcRequest,
): Promise<HttpAnswer> {
  return http.request({
    method: 'POST',
    path,
    headers: authorization === undefined ? {} : { authorization },
    // Exactly these three keys: with any other set Tryton answers in its REST form.
    body: { id: 1, method, params: [...params] },
    signal,
  });
}

function notRpc(answer: HttpAnswer): FlowsError {
  return new FlowsError(
    'bad_response',
    `${answer.request} answered without a result. Check that the address is Tryton's own, and what stands before it.`,
    { upstream: { system, status: answer.status } },
  );
}
