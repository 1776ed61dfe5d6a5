import type { Erp } from './erp.ts';
import { type Answer, Refusal } from './http-answer.ts';
import { wholeParameter } from './page-query.ts';
import { resourceNames } from './records/resource.ts';
import type { Row } from './records/row.ts';
import { stampOf } from './stamps.ts';

/** Everything about the ERP but its records and secrets. */
export function stateDump(erp: Erp): {
  now: string;
  counts: Record<string, number>;
  pending: number;
  faults: { id: string; scenario: string; hits: number }[];
  settings: { pageSizeMax: number; sessionTtlMs: number; deleteFeed: boolean; company: string };
  sessions: number;
} {
  const { pageSizeMax, sessionTtlMs, deleteFeed, company } = erp.settings;
  return {
    now: stampOf(erp.now()),
    counts: Object.fromEntries(resourceNames.map((name) => [name, erp.database.table(name).size()])),
    pending: erp.database.held.count(),
    faults: erp.faults.list(),
    settings: { pageSizeMax, sessionTtlMs, deleteFeed, company },
    sessions: erp.sessions.count(),
  };
}

/** The committed records of a resource for a test's oracle, in id order. */
export function recordsDump(erp: Erp, query: URLSearchParams): Answer {
  const name = resourceNames.find((resource) => resource === query.get('resource'));
  if (name === undefined) throw new Refusal(400, { code: 'bad_parameter', message: 'resource is required.' });
  const after = query.get('after');
  const limit = wholeParameter(query, 'limit', { least: 1 }) ?? Number.POSITIVE_INFINITY;
  const withJson = query.get('json') !== 'false';
  const rows = erp.database.table(name).rows('id');
  const chosen = rows.filter((row) => after === null || row.id > after).slice(0, limit);
  const parts = [Buffer.from(`{"resource":"${name}","now":"${stampOf(erp.now())}","count":${rows.length},"records":[`)];
  for (const [index, row] of chosen.entries()) {
    parts.push(Buffer.from((index === 0 ? '' : ',') + JSON.stringify(dumpOf(row, withJson))));
  }
  parts.push(Buffer.from(']}'));
  return { status: 200, body: Buffer.concat(parts) };
}

function dumpOf(row: Row, withJson: boolean): Record<string, unknown> {
  const { id, version, createdAt, changedAt, documentDate, open } = row;
  const facts = { id, version, createdAt, changedAt, documentDate, open };
  return withJson ? { ...facts, json: row.body.toString() } : facts;
}
