import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EntityDeclaration } from '../../connectors/connector.ts';
import type { HttpAnswer } from '../../connectors/http/http-messages.ts';
import { parseJson } from '../../connectors/http/json.ts';
import { connectorFor } from '../../connectors/registry.ts';
import { checkpointIn, pageQuery } from '../../connectors/sandbox/checkpoints.ts';
import { errorIn } from '../../connectors/sandbox/errors.ts';
import { sandbox } from '../../connectors/sandbox/index.ts';
import { type Entity, entities, entityRegistry } from '../../model/entities/registry.ts';
import type { Json } from '../../model/json.ts';

interface Fixture {
  readonly case: string;
  readonly remote: Json;
  readonly identity: Json;
  readonly unified: Json;
}

function fixturesOf(entity: Entity): Fixture[] {
  const folder = join(import.meta.dirname, '../../connectors/sandbox/fixtures');
  // Read as from the wire, so that long numbers arrive as they do there.
  return parseJson(readFileSync(join(folder, `${entity.replace('_', '-')}.json`), 'utf8')) as unknown as Fixture[];
}

function declarationOf(entity: Entity): EntityDeclaration {
  const declaration = sandbox.entities[entity];
  if (!declaration) throw new Error(`no declaration for ${entity}`);
  return declaration as EntityDeclaration;
}

describe.each(entities)('%s', (entity) => {
  test.each(fixturesOf(entity))('$case: is read and is valid in our model', ({ remote, identity, unified }) => {
    const declaration = declarationOf(entity);
    const before = structuredClone(remote);
    const data = declaration.toUnified(remote, {});
    expect(declaration.identify(remote)).toEqual(identity);
    expect(data).toEqual(unified);
    expect(entityRegistry[entity].schema.safeParse(data)).toMatchObject({ success: true });
    expect(remote).toEqual(before);
  });

  test.each([null, [], 'x', {}, { Id: '' }, { Id: 7 }, { Id: 'a\u0000' }])('%j has no usable id', (raw) => {
    expect(() => declarationOf(entity).identify(raw)).toThrowError(expect.objectContaining({ code: 'mapping_failed' }));
  });

  test('what cannot be read is named with its path', () => {
    const raw = { ...(fixturesOf(entity)[0]?.remote as object), CustomFields: 'none' };
    expect(() => declarationOf(entity).toUnified(raw, {})).toThrowError(
      expect.objectContaining({
        code: 'mapping_failed',
        problems: [expect.objectContaining({ path: '/CustomFields' })],
      }),
    );
  });
});

/** Every word of the wire document, as `REMOTE ours` where the two are not the same. */
const words: readonly (readonly [Entity, remoteField: string, field: string, words: string])[] = [
  ['vendor', 'Status', 'status', 'ACTIVE BLOCKED INACTIVE'],
  ['item', 'Status', 'status', 'ACTIVE BLOCKED OBSOLETE=inactive'],
  ['item', 'Type', 'type', 'STOCK NON_STOCK SERVICE ASSET'],
  ['location', 'Kind', 'kind', 'COMPANY SITE WAREHOUSE BIN'],
  ['asset', 'Status', 'status', 'IN_SERVICE=active OUT_OF_SERVICE=inactive DECOMMISSIONED=retired'],
  ['inventory_level', 'StockType', 'stock_type', 'UNRESTRICTED QUALITY BLOCKED RESERVED IN_TRANSIT'],
  ['purchase_order', 'Status', 'status', 'DRAFT PENDING_APPROVAL APPROVED ORDERED=open PARTIALLY_RECEIVED ON_HOLD'],
  ['purchase_order', 'Status', 'status', 'REJECTED RECEIVED COMPLETED=closed CANCELLED'],
  ['purchase_order', 'ReceiptStatus', 'receipt_status', 'NONE PARTIAL FULL'],
  ['purchase_order', 'InvoiceStatus', 'invoice_status', 'NONE PARTIAL FULL'],
  ['work_order', 'Status', 'status', 'DRAFT PLANNED WAITING_APPROVAL=pending_approval APPROVED SCHEDULED IN_PROGRESS'],
  ['work_order', 'Status', 'status', 'ON_HOLD COMPLETED CLOSED CANCELLED'],
  ['work_order', 'Kind', 'kind', 'CORRECTIVE PREVENTIVE INSPECTION'],
];

test.each(words)('%s: the words of %s become those of %s', (entity, remoteField, field, list) => {
  for (const pair of list.split(' ')) {
    const [remote = '', ours = remote.toLowerCase()] = pair.split('=');
    const raw = { ...(fixturesOf(entity)[0]?.remote as object), [remoteField]: remote };
    expect(declarationOf(entity).toUnified(raw, {})).toMatchObject({ [field]: ours });
  }
});

test('the words of an order line become ours', () => {
  const types = ['ITEM', 'SERVICE', 'TEXT', 'ACCOUNT'];
  const statuses = ['OPEN', 'PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED', 'CANCELLED'];
  const lines = [
    ...types.map((Type) => ({ LineId: '1', Type })),
    ...statuses.map((Status) => ({ LineId: '1', Status })),
  ];
  const order = declarationOf('purchase_order').toUnified({ Id: 'PO1', Status: 'DRAFT', Lines: lines }, {});
  const expected = [
    ...types.map((type) => ({ type: type.toLowerCase() })),
    ...statuses.map((status) => ({ status: status.toLowerCase() })),
  ];
  expect(order).toMatchObject({ lines: expected });
});

test('a problem in an order line has its whole path', () => {
  const raw = { Id: 'PO1', Status: 'ORDERED', Lines: [{ LineId: '1' }, { LineId: '2', NetPrice: '12,30' }] };
  expect(() => declarationOf('purchase_order').toUnified(raw, {})).toThrowError(
    expect.objectContaining({ problems: [{ path: '/Lines/1/NetPrice', message: expect.stringContaining('"12,30"') }] }),
  );
});

test.each(['2026-11-01', '2026-11-01T08:15:30Z', '2026-11-01T08:15:30.123456+01', 5])(
  'the stamp %j has another form and becomes neither position nor watermark',
  (stamp) => {
    const identity = declarationOf('vendor').identify({ Id: 'S1', CreatedAt: stamp, ChangedAt: stamp });
    expect(identity).toMatchObject({ remoteId: 'S1', stamp: null, createdAt: null });
  },
);

test('the registry knows the connector, and names the systems that exist for an unknown one', () => {
  expect(connectorFor('sandbox')).toBe(sandbox);
  expect(() => connectorFor('toString')).toThrowError(/sandbox/);
});

describe('pages', () => {
  const request = {
    entity: 'purchase_order',
    checkpoint: null,
    pageSize: 500,
    signal: new AbortController().signal,
  } as const;

  test('a snapshot of documents asks for the window or what is open', () => {
    const selection = { kind: 'snapshot', documentsFrom: '2026-08-03' } as const;
    expect(pageQuery({ ...request, selection }, { isDocument: true })).toEqual({
      order: 'id',
      'document-date-from': '2026-08-03',
      'or-open': 'true',
      limit: 500,
    });
    expect(pageQuery({ ...request, selection }, { isDocument: false })).toEqual({ order: 'id', limit: 500 });
  });

  test("a checkpoint keeps the link's position and nothing else of it", () => {
    const link =
      '/sites?order=changed&changed-since=x&after-stamp=2026-11-01T00%3A00%3A00.000000Z&after-id=A%26B&limit=2';
    const checkpoint = checkpointIn(link);
    expect(checkpoint).toEqual({ 'after-stamp': '2026-11-01T00:00:00.000000Z', 'after-id': 'A&B' });
    const selection = { kind: 'changed', since: '2026-10-01T00:00:00.000000Z' } as const;
    expect(pageQuery({ ...request, selection, checkpoint }, { isDocument: true })).toMatchObject({
      ...checkpoint,
      limit: 500,
    });
  });

  test('the link of an empty first page leads to the start', () => {
    const selection = { kind: 'snapshot', documentsFrom: null } as const;
    const checkpoint = checkpointIn('/sites?order=id&limit=2');
    expect(checkpoint).not.toBeNull();
    expect(pageQuery({ ...request, selection, checkpoint }, { isDocument: false })).toEqual({
      order: 'id',
      limit: 500,
    });
  });

  test('a checkpoint of another shape is an expired cursor', () => {
    const selection = { kind: 'snapshot', documentsFrom: null } as const;
    for (const checkpoint of [{ 'after-seq': '5' }, { after: 5 }, 'x', []]) {
      expect(() => pageQuery({ ...request, selection, checkpoint }, { isDocument: true })).toThrowError(
        expect.objectContaining({ code: 'cursor_expired' }),
      );
    }
  });
});

describe('refusals', () => {
  function answer(status: number, text: string): HttpAnswer {
    const asked = { request: 'GET http://erp.test/x', headers: {}, bytes: text.length, receivedAtMs: 0 };
    return { ...asked, status, text, json: () => parseJson(text) };
  }

  test.each([
    [401, 'bad_credentials', 'authentication_failed'],
    [401, 'session_expired', 'authentication_failed'],
    [403, 'permission_denied', 'permission_denied'],
    [404, 'record_not_found', 'not_found'],
    [404, 'feature_disabled', 'unsupported'],
    [400, 'bad_parameter', 'invalid_request'],
    [410, 'continuation_expired', 'cursor_expired'],
    [429, 'too_many_requests', 'rate_limited'],
    [503, 'maintenance', 'system_unreachable'],
    [500, 'internal', 'system_error'],
    [200, 'E_LOCKED', 'locked'],
    [200, 'E_NEW', 'system_error'],
    [409, 'E_NEW', 'version_conflict'],
  ])('%i %s is %s, and the own code and text are kept', (status, code, ours) => {
    const error = errorIn(answer(status, JSON.stringify({ Error: { Code: code, Message: 'Said so.' } })));
    expect(error).toMatchObject({ code: ours, upstream: { system: 'sandbox', status, code, message: 'Said so.' } });
  });

  test.each([
    [503, '<html>down</html>', 'system_unreachable'],
    [500, '{"Error":', 'system_error'],
    [302, '', 'bad_response'],
  ])('%i with %j is judged by its status', (status, text, ours) => {
    expect(errorIn(answer(status, text))).toMatchObject({ code: ours });
  });

  test('a page is no error, even if a record in it speaks of one', () => {
    expect(errorIn(answer(200, '{"Next":null,"Count":1,"Items":[{"Error":{"Code":"E"}}]}'))).toBeNull();
  });
});
