import { FlowsError } from '../../model/errors/flows-error.ts';
import { type Json, type JsonObject, isJsonObject } from '../../model/json.ts';
import { system } from './errors.ts';
import type { Login } from './login.ts';
import type { RpcAnswer, RpcRequest } from './rpc.ts';
import type { SearchRead, TrytonCalls } from './source.ts';

/** What the session calls when it talks to the server; `check` needs more than the entities do. */
export interface SessionCalls extends TrytonCalls {
  readonly login: (signal: AbortSignal) => Promise<Login>;
  /** Calls a method of a model with the user's context. */
  readonly callModel: (model: string, method: string, call: ModelCall) => Promise<RpcAnswer>;
}

export interface ModelCall {
  readonly args: readonly Json[];
  readonly context?: JsonObject;
  readonly signal: AbortSignal;
}

interface Transport {
  readonly withLogin: <Result>(signal: AbortSignal, run: (login: Login) => Promise<Result>) => Promise<Result>;
  readonly post: (request: RpcRequest) => Promise<RpcAnswer>;
}

/** Model calls with the user's context over a transport that knows how to send and how to be logged in. */
export function createCalls({ withLogin, post }: Transport): SessionCalls {
  const present = new Map<string, Promise<ReadonlySet<string>>>();

  function callModel(model: string, method: string, { args, context = {}, signal }: ModelCall): Promise<RpcAnswer> {
    return withLogin(signal, (login) =>
      post({
        path: login.path,
        authorization: login.authorization,
        method: `model.${model}.${method}`,
        params: [...args, { ...login.context, ...context }],
        signal,
      }),
    );
  }

  async function searchRead({ model, domain, fields, limit, context = {}, signal }: SearchRead) {
    const args: Json[] = [domain, 0, limit, [['id', 'ASC']], [...new Set(['id', ...fields])]];
    const { result, bytes } = await callModel(model, 'search_read', { args, context, signal });
    return { records: recordsIn(result, model), bytes };
  }

  async function askFields(model: string, names: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { result } = await callModel(model, 'fields_get', { args: [[...names]], signal });
    return new Set(isJsonObject(result) ? Object.keys(result) : []);
  }

  return {
    login: (signal) => withLogin(signal, (login) => Promise.resolve(login)),
    callModel,
    searchRead,
    async presentFields(model, names, signal) {
      if (names.length === 0) return new Set();
      const known = present.get(model) ?? askFields(model, names, signal);
      present.set(model, known);
      known.catch(() => present.delete(model));
      return await known;
    },
  };
}

function recordsIn(result: Json, model: string): JsonObject[] {
  if (Array.isArray(result) && result.every(isJsonObject)) return result;
  throw new FlowsError(
    'bad_response',
    `Tryton answered search_read of ${model} with something that is no list of records.`,
    {
      upstream: { system, status: 200 },
    },
  );
}
