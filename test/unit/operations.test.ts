import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../client/operations/cursor.ts';
import { pageLimit } from '../../client/operations/page-limit.ts';
import { expandReferences, referencedIds } from '../../client/operations/references.ts';
import { stepTimes } from '../../client/operations/step-times.ts';
import { validateConnection } from '../../client/operations/validate-connection.ts';
import { connectorFor } from '../../connectors/registry.ts';
import { connectionStatus, type ConnectionFacts } from '../../model/connection-status.ts';
import { recordId } from '../../model/ids.ts';
import { streamStatus } from '../../model/stream-status.ts';

describe('the status of a connection', () => {
  const good: ConnectionFacts = { lifecycle: 'active', reach: 'reached', auth: 'valid', paused: false };

  it('is the first that holds', () => {
    const everythingWrong = { ...good, paused: true, auth: 'failed', reach: 'lost' } as const;
    expect(connectionStatus({ ...everythingWrong, lifecycle: 'disconnected' })).toBe('disconnected');
    expect(connectionStatus({ ...everythingWrong, lifecycle: 'disconnecting' })).toBe('disconnecting');
    expect(connectionStatus({ ...everythingWrong, lifecycle: 'failed' })).toBe('failed');
    expect(connectionStatus({ ...everythingWrong, lifecycle: 'connecting' })).toBe('paused');
    expect(connectionStatus({ ...everythingWrong, paused: false })).toBe('reauthorization_required');
    expect(connectionStatus({ ...good, reach: 'lost' })).toBe('unreachable');
    expect(connectionStatus({ ...good, lifecycle: 'connecting', reach: 'unknown', auth: 'unknown' })).toBe(
      'connecting',
    );
    expect(connectionStatus(good)).toBe('active');
  });
});

describe('the status of a stream', () => {
  const idle = { paused: false, runState: null, isExecutionOpen: true, hasPendingRequest: false } as const;

  it('follows from its last run', () => {
    expect(streamStatus(idle)).toBe('never_run');
    expect(streamStatus({ ...idle, runState: 'running' })).toBe('in_progress');
    expect(streamStatus({ ...idle, runState: 'completed' })).toBe('completed');
    expect(streamStatus({ ...idle, runState: 'partial' })).toBe('partial');
    expect(streamStatus({ ...idle, runState: 'cancelled' })).toBe('failed');
  });

  it('is waiting when a run was asked for or was left unfinished', () => {
    expect(streamStatus({ ...idle, hasPendingRequest: true })).toBe('waiting');
    expect(streamStatus({ ...idle, runState: 'running', isExecutionOpen: false })).toBe('waiting');
  });

  it('is paused before anything else', () => {
    expect(streamStatus({ ...idle, paused: true, runState: 'running' })).toBe('paused');
  });
});

describe('a cursor', () => {
  const place = z.object({ sequence: z.number() });

  it('gives back its place', () => {
    expect(decodeCursor('records', encodeCursor('records', { sequence: 7 }), place)).toEqual({ sequence: 7 });
  });

  it('is refused for another kind of list, another version, or when it is none', () => {
    const otherVersion = Buffer.from('{"v":2,"kind":"records","place":{"sequence":7}}').toString('base64url');
    for (const cursor of [
      encodeCursor('changes', { sequence: 7 }),
      encodeCursor('records', {}),
      otherVersion,
      'x',
      '',
    ]) {
      expect(() => decodeCursor('records', cursor, place)).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      );
    }
  });
});

it('a page has 1 to 500 entries, 50 when nothing is said', () => {
  expect([pageLimit(undefined), pageLimit(1), pageLimit(500)]).toEqual([50, 1, 500]);
  for (const limit of [0, 501, 1.5])
    expect(() => pageLimit(limit)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
});

describe('the references of a record', () => {
  const owner = {
    lineage_id: 'line_1',
    entity: 'purchase_order' as const,
    data: {
      vendor: { remote_id: 'V1' },
      company: { remote_id: 'C1' },
      site: { remote_id: 'S1' },
      lines: [{ remote_line_id: '1', item: { remote_id: 'I1' } }],
      custom_fields: { item: { remote_id: 'not ours' } },
    },
  };
  const ids = {
    vendor: recordId('line_1', 'vendor', 'V1'),
    site: recordId('line_1', 'location', 'S1'),
    item: recordId('line_1', 'item', 'I1'),
  };

  it('are found in fields and lines, but not in custom fields', () => {
    expect(referencedIds(owner)).toEqual([ids.vendor, ids.site, ids.item]);
  });

  it('carry the names of their targets; what is not synced stays as it is', () => {
    const names = new Map([[ids.vendor, { id: ids.vendor, code: 'ACME', name: 'Acme Ltd' }]]);
    expect(expandReferences(owner, names)).toEqual({
      ...owner.data,
      vendor: { id: ids.vendor, remote_id: 'V1', code: 'ACME', name: 'Acme Ltd' },
      site: { id: ids.site, remote_id: 'S1' },
      lines: [{ remote_line_id: '1', item: { id: ids.item, remote_id: 'I1' } }],
    });
  });

  it('to a parent are of the same entity', () => {
    const asset = { lineage_id: 'line_1', entity: 'asset' as const, data: { parent: { remote_id: 'A1' } } };
    expect(referencedIds(asset)).toEqual([recordId('line_1', 'asset', 'A1')]);
  });
});

describe('the times of an attempt', () => {
  const attempt = { queue_ms: 5, started_at: '2026-01-01T00:00:00.000000Z', ended_at: '2026-01-01T00:00:01.000000Z' };

  it('add up: what no part accounts for is other', () => {
    const timings = { source_ms: 400, transform_ms: 100, store_ms: 200, source_busy_ms: 900 };
    const times = stepTimes({ ...attempt, timings }, 0);
    expect(times).toEqual({
      queue_ms: 5,
      run_ms: 1_000,
      source_ms: 400,
      transform_ms: 100,
      store_ms: 200,
      waiting_ms: 0,
      other_ms: 300,
    });
  });

  it('are believed where they exceed the time between start and end', () => {
    expect(stepTimes({ ...attempt, timings: { source_ms: 1_200 } }, 0)).toMatchObject({ run_ms: 1_200, other_ms: 0 });
  });

  it('run until now while it has not ended', () => {
    const nowMs = Date.UTC(2026, 0, 1, 0, 0, 3);
    expect(stepTimes({ ...attempt, ended_at: null, timings: {} }, nowMs)).toMatchObject({
      run_ms: 3_000,
      other_ms: 3_000,
    });
  });
});

it('settings and credentials are refused with every problem at once, and no value', () => {
  const input = { settings: { url: 'ftp://hunter2' }, credentials: { user: '', pass: 'hunter2' } };
  let thrown: unknown;
  try {
    validateConnection(connectorFor('sandbox'), input);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'validation_failed' });
  const paths = (thrown as { problems: { path: string }[] }).problems.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['/settings/url', '/credentials/user', '/credentials/password', '/credentials']),
  );
  expect(JSON.stringify(thrown)).not.toContain('hunter2');
});
