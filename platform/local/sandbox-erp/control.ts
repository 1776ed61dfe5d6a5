import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { recordsDump, stateDump } from './control-dumps.ts';
import { changeRecords, createRecords, deleteRecords, insertRecord, resourceSchema } from './control-writes.ts';
import type { Erp } from './erp.ts';
import { parseBody } from './fault-effects.ts';
import { type Answer, jsonAnswer, readJsonBody, Refusal } from './http-answer.ts';
import { wholeParameter } from './page-query.ts';
import { sameText } from './sessions.ts';
import { parseStamp, stampOf } from './stamps.ts';

/** What a control call needs besides the ERP. */
export interface ControlOptions {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly controlToken: string;
  /** Closes the listener and cuts every connection for this long. */
  readonly refuseConnections: (forMs: number) => void;
}

interface ControlCall extends ControlOptions {
  readonly body: unknown;
  readonly query: URLSearchParams;
}

type Handler = (erp: Erp, call: ControlCall) => Answer | Promise<Answer>;

const maxBodyBytes = 64 * 1024 * 1024;
const maxLogEntries = 10_000;
const stamp = z.string().transform((text, context) => {
  const micros = parseStamp(text);
  if (micros === undefined) context.addIssue({ code: 'custom', message: `${text} is no UTC stamp` });
  return micros ?? 0;
});
const clockSchema = z.union([
  z.strictObject({ offsetMs: z.number().int() }),
  z.strictObject({ fixed: stamp }),
  z.strictObject({ running: stamp }),
  z.strictObject({ advanceMs: z.number().int() }),
]);
const settingsSchema = z.strictObject({
  pageSizeMax: z.number().int().min(1).max(100_000).optional(),
  sessionTtlMs: z.number().int().min(1).optional(),
  deleteFeed: z.boolean().optional(),
  company: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
});

const handlers: Readonly<Record<string, Handler>> = {
  'POST /control/change': (erp, call) => jsonAnswer(changeRecords(erp, call.body)),
  'POST /control/create': (erp, call) => jsonAnswer(createRecords(erp, call.body)),
  'POST /control/insert': (erp, call) => jsonAnswer(insertRecord(erp, call.body)),
  'POST /control/delete': (erp, call) => jsonAnswer(deleteRecords(erp, call.body)),
  'POST /control/empty': (erp, call) => {
    const { resource } = parseBody(z.strictObject({ resource: resourceSchema }), call.body);
    return jsonAnswer({ removed: erp.database.empty(resource) });
  },
  'POST /control/snapshot': (erp) => jsonAnswer({ records: erp.database.snapshot() }),
  'POST /control/restore': (erp) => {
    const records = erp.database.restore();
    if (records === undefined) throw new Refusal(400, { code: 'bad_body', message: 'There is no snapshot yet.' });
    return jsonAnswer({ records });
  },
  'POST /control/clock': setClock,
  'POST /control/settings': changeSettings,
  'DELETE /control/sessions': (erp) => jsonAnswer({ dropped: erp.sessions.dropAll() }),
  'GET /control/access-log': (erp, { query }) => {
    const limit = wholeParameter(query, 'limit', { least: 1 }) ?? maxLogEntries;
    return jsonAnswer(erp.accessLog.read(wholeParameter(query, 'since', { least: 0 }) ?? 0, limit));
  },
  'DELETE /control/access-log': (erp) => jsonAnswer({ dropped: erp.accessLog.reset() }),
  'GET /control/records': (erp, { query }) => recordsDump(erp, query),
  'GET /control/state': (erp) => jsonAnswer(stateDump(erp)),
  'POST /control/fault': addFault,
  'DELETE /control/fault': (erp, { query }) => {
    const id = query.get('id');
    return jsonAnswer({ cleared: id === null ? erp.faults.clear() : erp.faults.clear(id) });
  },
};

/** Answers one call of the control API; refuses callers without the control token. */
export async function answerControl(erp: Erp, options: ControlOptions): Promise<Answer> {
  const { request, url } = options;
  const token = request.headers['x-control-token'];
  if (typeof token !== 'string' || !sameText(token, options.controlToken)) {
    throw new Refusal(403, { code: 'permission_denied', message: 'The x-control-token header is missing or wrong.' });
  }
  const handler = handlers[`${request.method} ${url.pathname}`];
  if (handler === undefined) {
    throw new Refusal(404, { code: 'unknown_path', message: `${request.method} ${url.pathname} is no control call.` });
  }
  const body = await readJsonBody(request, { maxBytes: maxBodyBytes });
  erp.database.held.settle(erp.clock.now());
  return handler(erp, { ...options, body, query: url.searchParams });
}

async function addFault(erp: Erp, call: ControlCall): Promise<Answer> {
  const { id, scenario, refuseMs } = await erp.faults.add(call.body);
  const answer = jsonAnswer({ id, scenario });
  return refuseMs === null ? answer : { ...answer, afterwards: () => call.refuseConnections(refuseMs) };
}

function setClock(erp: Erp, call: ControlCall): Answer {
  const body = parseBody(clockSchema, call.body);
  if ('offsetMs' in body) erp.clock.runFrom((Date.now() + body.offsetMs) * 1000);
  else if ('fixed' in body) erp.clock.fix(body.fixed);
  else if ('running' in body) erp.clock.runFrom(body.running);
  else erp.clock.advance(body.advanceMs * 1000);
  return jsonAnswer({ now: stampOf(erp.now()) });
}

function changeSettings(erp: Erp, call: ControlCall): Answer {
  const { password, ...changed } = parseBody(settingsSchema, call.body);
  Object.assign(erp.settings, changed);
  if (password !== undefined) erp.settings.passwords.demo = password;
  return jsonAnswer(stateDump(erp).settings);
}
