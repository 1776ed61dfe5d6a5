import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { noTimes, stepTimes } from '../../client/operations/step-times.ts';
import { type AttemptRow, endAttempt, type ExecutionRow, startAttempt } from '../../store/executions.ts';
import { openSource, type SourceOptions } from '../support/sync-source.ts';
import { openWorld, type World } from '../support/world.ts';

describe('what is recorded of an execution', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world?.close());

  async function open(options: SourceOptions = {}) {
    const source = await openSource(world, { erp: { only: 'suppliers', records: 60 }, ...options });
    onTestFinished(() => source.close());
    return source;
  }

  async function recorded(executionId: string | null): Promise<{ execution: ExecutionRow; attempts: AttemptRow[] }> {
    const { query } = world.database;
    const id = executionId ?? '';
    return {
      execution: await query.selectFrom('execution').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
      attempts: await query
        .selectFrom('attempt')
        .selectAll()
        .where('execution_id', '=', id)
        .orderBy('started_at')
        .execute(),
    };
  }

  it('every attempt: when it was queued, how it ended, with which code, and what it counted', async () => {
    const source = await open();
    await source.control('change', { resource: 'suppliers', count: 20 });
    await source.fault({ scenario: 'server_error', resource: 'suppliers', times: 2 });
    const { execution_id } = await source.sync('vendor');
    const { execution, attempts } = await recorded(execution_id);
    expect(attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', error_code: 'system_error', counts: {} },
      { attempt: 2, outcome: 'failed', error_code: 'system_error' },
      { attempt: 3, outcome: 'completed', error_code: null, counts: { read: 20, changed: 20, pages: 1 } },
    ]);
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({ name: 'syncStep', task_queue: 'flows-sync', worker: 'test-worker' });
      expect(attempt.summary).toContain('vendor');
      expect(attempt.queue_ms).toBeGreaterThanOrEqual(0);
      expect(String(attempt.ended_at) > attempt.started_at).toBe(true);
    }
    expect(execution).toMatchObject({ kind: 'incrementalSync', state: 'completed', counts: { changed: 20 } });
    expect(execution.ended_at).not.toBeNull();
  });

  it('the steps of connecting, each with its summary, and the execution that they close', async () => {
    const source = await open();
    const { query } = world.database;
    const { id } = await query
      .selectFrom('execution')
      .select('id')
      .where('connection_id', '=', source.connection.id)
      .where('kind', '=', 'connect')
      .executeTakeFirstOrThrow();
    const { execution, attempts } = await recorded(id);
    expect(attempts.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['checkConnection', 'completed'],
      ['ensureSchedules', 'completed'],
      ['closeExecution', 'completed'],
    ]);
    expect(attempts.every(({ summary }) => (summary ?? '') !== '')).toBe(true);
    expect(execution).toMatchObject({ state: 'completed', kind: 'connect', entity: null });
  });

  it('the times of a step: the parts are exclusive, and add up to what it took', async () => {
    const source = await open({ settings: { page_size: 5 } });
    await source.control('change', { resource: 'suppliers', count: 20 });
    await source.fault({ scenario: 'slow', resource: 'suppliers', delayMs: 100, times: 4 });
    const { execution_id } = await source.sync('vendor');
    const [attempt] = (await recorded(execution_id)).attempts;
    if (!attempt) throw new Error('no attempt was recorded');
    const { queue_ms, run_ms, ...parts } = stepTimes(attempt, Date.now());
    const sumMs = Object.values(parts).reduce((sum, ms) => sum + ms, 0);
    expect(Object.keys({ queue_ms, run_ms, ...parts }).toSorted()).toEqual(Object.keys(noTimes).toSorted());
    expect(sumMs).toBeCloseTo(run_ms, 0);
    // By another clock, and each part rounded: what the step measured is within what the recorder saw from outside.
    const wallMs = Date.parse(String(attempt.ended_at)) - Date.parse(attempt.started_at);
    expect(run_ms).toBeLessThanOrEqual(wallMs + 5);
    expect(parts.source_ms).toBeGreaterThan(300);
    expect(parts.store_ms).toBeGreaterThan(0);
  });

  it('an attempt that never ended is lost once the next one starts, and says how it ended if it comes back', async () => {
    const { database } = world;
    const attemptOf = newAttempts('lost');
    const first = attemptOf(1);
    await startAttempt(database, ...first);
    expect(await startAttempt(database, ...attemptOf(2))).toEqual({ isSuperseded: false });
    const lost = (await recorded('exec_lost')).attempts;
    expect(lost.map(({ outcome }) => outcome)).toEqual(['lost', null]);
    expect(lost[0]?.ended_at).not.toBeNull();
    await endAttempt(database, first[1], { outcome: 'cancelled', error: null, counts: {}, timings: {} });
    expect((await recorded('exec_lost')).attempts[0]?.outcome).toBe('cancelled');
  });

  it('an attempt that starts when a later one runs is superseded, unless the activity was reset since', async () => {
    const { database } = world;
    const attemptOf = newAttempts('superseded');
    await startAttempt(database, ...attemptOf(3));
    expect(await startAttempt(database, ...attemptOf(2, { queueMs: 60_000 }))).toEqual({ isSuperseded: true });
    await database.pool.query(`update attempt set started_at = now() - interval '1 hour' where execution_id = $1`, [
      'exec_superseded',
    ]);
    expect(await startAttempt(database, ...attemptOf(1, { queueMs: 10 }))).toEqual({ isSuperseded: false });
  });
});

/** Attempts of one activity of an execution that only the store knows. */
function newAttempts(name: string) {
  const execution = {
    id: `exec_${name}`,
    workflowId: `test/${name}`,
    firstRunId: name,
    kind: 'incrementalSync',
    connectionId: null,
    entity: null,
    startedAt: '2026-11-01T00:00:00.000000Z',
  };
  return (attempt: number, { queueMs }: { queueMs: number } = { queueMs: 0 }) => {
    const key = { executionId: execution.id, runId: name, activityId: '1', attempt };
    const about = { name: 'syncStep', summary: null, taskQueue: 'flows-sync', worker: 'test', queueMs };
    return [execution, { ...key, ...about }] as const;
  };
}
