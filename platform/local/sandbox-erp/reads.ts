import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { continuationTtlSeconds, readContinuation } from './continuation.ts';
import type { Erp } from './erp.ts';
import { parseBody } from './fault-effects.ts';
import { type Answer, jsonAnswer, readJsonBody, Refusal } from './http-answer.ts';
import { parsePageQuery, refuseUnknown, stampParameter, wholeParameter } from './page-query.ts';
import { itemsAnswer, type PageShape, pageAnswer } from './paging.ts';
import { type ResourceName, resourceNames } from './records/resource.ts';
import { resources } from './records/sample.ts';
import type { UserName } from './sessions.ts';
import { stampOf } from './stamps.ts';

/** A request of the ERP, with its path taken apart. */
export interface ErpRequest {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly first: string;
  readonly id: string | null;
  /** The path has more parts than any path of the ERP. */
  readonly extra: boolean;
}

const idsMax = 200;
const limitDefault = 100;
const maxLoginBytes = 64 * 1024;
const commitLagMaxMs = 120_000;
const limitedDenied: ResourceName = 'work-orders';
const loginSchema = z.object({ user: z.string().max(200), password: z.string().max(1000) });

/** `POST /login`. */
export async function answerLogin(erp: Erp, call: ErpRequest): Promise<Answer> {
  const body = await readJsonBody(call.request, { maxBytes: maxLoginBytes });
  const { user, password } = parseBody(loginSchema, body);
  return jsonAnswer(erp.sessions.login(user, password));
}

/** `GET /system`: who this is, its clock, limits and what the user may read. */
export function answerSystem(erp: Erp, user: UserName): Answer {
  return jsonAnswer({
    Name: 'Sandbox ERP',
    Version: '3.2',
    Company: erp.settings.company,
    Now: stampOf(erp.now()),
    TimeZone: 'UTC',
    CommitLagMaxMs: commitLagMaxMs,
    Limits: {
      PageSizeMax: erp.settings.pageSizeMax,
      PageSizeDefault: limitDefault,
      IdsMax: idsMax,
      ContinuationTtlSeconds: continuationTtlSeconds,
    },
    Features: { DeleteFeed: erp.settings.deleteFeed },
    Permissions: Object.fromEntries(resourceNames.map((name) => [name, mayRead(user, name) ? 'READ' : 'NONE'])),
  });
}

/** Records, pages of records, and the delete feed. */
export function answerData(erp: Erp, options: { call: ErpRequest; user: UserName; shape: PageShape }): Answer {
  const { call, user, shape } = options;
  const query = call.url.searchParams;
  if (call.first === 'deletions' && call.id === null) return answerDeletions(erp, { query, user, shape });
  const name = resourceNames.find((resource) => resource === call.first);
  if (name === undefined || call.extra) {
    throw new Refusal(404, { code: 'unknown_path', message: `${call.url.pathname} is no path of this ERP.` });
  }
  refuseForbidden(user, name);
  if (call.id !== null) return answerRecord(erp, { name, id: call.id, hidden: shape.emptied === true });
  const ids = query.get('ids');
  if (ids !== null) return answerByIds(erp, { name, query, hidden: shape.emptied === true });
  const now = erp.clock.now();
  const pageQuery = parsePageQuery(query, {
    resource: resources[name],
    pageSizeMax: erp.settings.pageSizeMax,
    limitDefault,
    now: stampOf(erp.now()),
    readToken: (token) => readContinuation(token, now),
  });
  return pageAnswer(erp.database.table(name), { name, query: pageQuery, shape, now });
}

function answerRecord(erp: Erp, options: { name: ResourceName; id: string; hidden: boolean }): Answer {
  const row = options.hidden ? undefined : erp.database.table(options.name).get(options.id);
  if (row !== undefined) return { status: 200, body: row.body };
  throw new Refusal(404, { code: 'record_not_found', message: `${options.name} has no record ${options.id}.` });
}

function answerByIds(erp: Erp, options: { name: ResourceName; query: URLSearchParams; hidden: boolean }): Answer {
  refuseUnknown(options.query, ['ids']);
  const ids = [...new Set((options.query.get('ids') ?? '').split(','))].filter((id) => id !== '').sort();
  if (ids.length === 0 || ids.length > idsMax) {
    throw new Refusal(400, { code: 'bad_parameter', message: `ids takes 1 to ${idsMax} ids.` });
  }
  const table = erp.database.table(options.name);
  const rows = options.hidden ? [] : ids.map((id) => table.get(id)).filter((row) => row !== undefined);
  return itemsAnswer(rows, { next: null });
}

function answerDeletions(erp: Erp, options: { query: URLSearchParams; user: UserName; shape: PageShape }): Answer {
  const { query, user, shape } = options;
  if (!erp.settings.deleteFeed) {
    throw new Refusal(404, { code: 'feature_disabled', message: 'This ERP keeps no delete feed.' });
  }
  refuseUnknown(query, ['resource', 'since', 'after-seq', 'limit']);
  const name = resourceNames.find((resource) => resource === query.get('resource'));
  if (name === undefined) throw new Refusal(400, { code: 'bad_parameter', message: 'resource is required.' });
  refuseForbidden(user, name);
  const since = stampParameter(query, 'since');
  const afterSeq = wholeParameter(query, 'after-seq', { least: 0 }) ?? 0;
  const limit = Math.min(wholeParameter(query, 'limit', { least: 1 }) ?? limitDefault, erp.settings.pageSizeMax);
  if (shape.emptied === true) return itemsAnswer([], { next: null });
  const found = erp.database
    .deletions()
    .filter((entry) => entry.resource === name && entry.seq > afterSeq && (since === null || entry.deletedAt >= since));
  const page = found.slice(0, limit).map((entry) => ({
    seq: entry.seq,
    body: Buffer.from(
      JSON.stringify({ Seq: entry.seq, Resource: entry.resource, Id: entry.id, DeletedAt: entry.deletedAt }),
    ),
  }));
  const sinceText = since === null ? '' : `&since=${encodeURIComponent(since)}`;
  const link = `/deletions?resource=${name}${sinceText}&after-seq=${page.at(-1)?.seq ?? 0}&limit=${limit}`;
  return itemsAnswer(page, { next: found.length > limit ? link : null });
}

function refuseForbidden(user: UserName, name: ResourceName): void {
  if (mayRead(user, name)) return;
  throw new Refusal(403, { code: 'permission_denied', message: `User ${user} may not read ${name}.` });
}

function mayRead(user: UserName, name: ResourceName): boolean {
  return user !== 'limited' || name !== limitedDenied;
}
