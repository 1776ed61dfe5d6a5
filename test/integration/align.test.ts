import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { align } from '../../activities/chores/align.ts';
import { startAttempt } from '../../store/executions.ts';
import { readRequest, requestSync } from '../../store/requests.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { createSessions } from '../../worker/sessions.ts';
import { openSource } from '../support/sync-source.ts';
import { openWorld, waitFor, type World } from '../support/world.ts';

describe('the chore that brings Temporal and the database in line', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world?.close());

  async function open() {
    const source = await openSource(world, { erp: { only: 'suppliers', records: 60 } });
    onTestFinished(() => source.close());
    return { source, stream: await source.stream('vendor') };
  }

  const runAlign = () =>
    align({ database: world.database, engine: world.engine, sessions: createSessions(world.secretBox) });

  /** What has just begun is left to settle, so rows are made older. */
  const makeOlder = (table: 'execution' | 'sync_request', id: string) =>
    world.database.pool.query(
      table === 'execution'
        ? `update execution set started_at = started_at - interval '5 minutes' where id = $1`
        : `update sync_request set created_at = created_at - interval '5 minutes' where id = $1`,
      [id],
    );

  const executionOf = (id: string) =>
    world.database.query.selectFrom('execution').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

  it('closes an execution that was terminated, with its run and its request; the next run goes on', async () => {
    const { source, stream } = await open();
    await source.fault({ scenario: 'rate_limit', retryAfter: 3_600, resource: 'suppliers' });
    const request = await requestSync(world.database, {
      streamId: stream.id,
      mode: 'full',
      origin: 'manual',
      allowDeletes: false,
    });
    const { connection } = source;
    const about = { connectionId: connection.id, streamId: stream.id, entity: 'vendor', system: 'sandbox' } as const;
    await world.engine.startSync({ ...about, mode: 'full', requestId: request.id });
    const executionId = await waitFor(async () => (await readRequest(world.database, request.id)).execution_id);
    const workflowId = workflowIds.requestedSync('full', connection.id, 'vendor', request.id);
    await world.client.workflow.getHandle(workflowId).terminate();
    await runAlign();
    expect((await executionOf(executionId)).state).toBe('running');

    await makeOlder('execution', executionId);
    await waitFor(async () => {
      await runAlign();
      return (await executionOf(executionId)).state === 'running' ? null : true;
    });
    const { state, error, ended_at } = await executionOf(executionId);
    expect({ state, error }).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('terminated') },
    });
    expect(ended_at).not.toBeNull();
    expect(await readRequest(world.database, request.id)).toMatchObject({ state: 'failed' });
    expect(await source.stream('vendor')).toMatchObject({ run_state: 'failed', holder_workflow_id: null });
    await source.clearFaults();
    expect(await source.sync('vendor')).toMatchObject({ state: 'completed' });
  });

  it('marks the attempts of an execution that Temporal does not know any more as lost', async () => {
    const execution = { id: 'exec_gone', workflowId: 'test/gone', firstRunId: '00000000-0000-7000-8000-000000000000' };
    const about = { kind: 'connect', connectionId: null, entity: null, startedAt: '2026-11-01T00:00:00.000000Z' };
    const attempt = { executionId: 'exec_gone', runId: 'run', activityId: '1', attempt: 1, queueMs: 0 };
    await startAttempt(
      world.database,
      { ...execution, ...about },
      { ...attempt, name: 'checkConnection', summary: null, taskQueue: 'flows-control', worker: 'test' },
    );
    expect(await runAlign()).toMatchObject({ executions: 1 });
    expect(await executionOf('exec_gone')).toMatchObject({ state: 'terminated' });
    const { rows } = await world.database.pool.query('select outcome from attempt where execution_id = $1', [
      'exec_gone',
    ]);
    expect(rows).toEqual([{ outcome: 'lost' }]);
  });

  it('starts a run for a request that nobody has started', async () => {
    const { stream } = await open();
    const request = await requestSync(world.database, {
      streamId: stream.id,
      mode: 'incremental',
      origin: 'webhook',
      allowDeletes: false,
    });
    expect(await runAlign()).toMatchObject({ requests: 0 });
    await makeOlder('sync_request', request.id);
    expect(await runAlign()).toMatchObject({ requests: 1 });
    const ended = await waitFor(async () => {
      const now = await readRequest(world.database, request.id);
      return now.state === 'completed' ? now : null;
    });
    expect(ended.execution_id).not.toBeNull();
  });

  it('finds nothing to do where all is in line', async () => {
    await open();
    await runAlign();
    expect(await runAlign()).toEqual({ schedules: 0, requests: 0, executions: 0 });
  });
});
