import { Context } from '@temporalio/activity';
import type { EntityDeclaration } from '../../connectors/connector.ts';
import { FlowsError, summarizeError } from '../../model/errors/flows-error.ts';
import { instantFromMs } from '../../model/instants.ts';
import { addCounts, noCounts, type SyncCounts } from '../../model/sync.ts';
import type { BatchContext } from '../../store/batch.ts';
import type { ConnectionRow } from '../../store/connections.ts';
import { readRequest } from '../../store/requests.ts';
import { finishRun, nextFetchNumber, type RunEnd, startRun } from '../../store/runs.ts';
import { type Claim, readStream, type StreamRow } from '../../store/streams.ts';
import { readScan } from '../../store/tombstones.ts';
import type { Dependencies, OpenSession } from '../dependencies.ts';
import { confirmUnseen, type DeleteOptions, readDeleteFeed } from './find-deletes.ts';
import { type LoadOptions, loadPages } from './load-pages.ts';
import { nextWatermark, originOf, planRun, selectionOf } from './plan-run.ts';
import type { SyncStepInput, SyncStepResult } from './step.ts';
import { startPending } from './start-pending.ts';
import type { StepClock } from './step-clock.ts';

const stepRecordsMax = 100_000;
const stepMs = 60_000;
const pageSizeDefault = 1_000;

/** What a step is about, once its stream is claimed. */
export interface StepFacts {
  readonly input: SyncStepInput;
  readonly connection: ConnectionRow;
  readonly claim: Claim;
  readonly stream: StreamRow;
  readonly clock: StepClock;
}

/** Starts or continues the run that the step belongs to, reads what the budget allows, and ends the run when its pass is complete. */
export async function runStep(dependencies: Dependencies, facts: StepFacts): Promise<SyncStepResult> {
  const { input, claim, clock } = facts;
  if (facts.stream.run_execution_id === input.execution.id && facts.stream.run_state !== 'running')
    return endedBefore(facts.stream);
  const open = await dependencies.sessions.get(facts.connection);
  const declaration = open.connector.entities[facts.stream.entity] as EntityDeclaration | undefined;
  if (!declaration) throw new FlowsError('unsupported', `${open.connector.title} has no ${facts.stream.entity}.`);
  const stream = await continueOrStart(dependencies, { ...facts, open, declaration });
  const run = {
    dependencies,
    facts: { ...facts, stream },
    open,
    declaration,
    signal: Context.current().cancellationSignal,
  };
  let step = noCounts;
  const scan = stream.run_scan_id === null ? null : await readScan(dependencies.database, stream.run_scan_id);
  if (scan?.state !== 'whole') {
    if (isFeedDue(stream, declaration)) step = addCounts(step, await readDeleteFeed(deleteOptions(run)));
    const loaded = await loadPages(await loadOptions(run, scan?.documents_from ?? null));
    step = addCounts(step, loaded.counts);
    if (!loaded.isPassComplete) return { state: 'more', counts: loaded.runCounts, step, timings: clock.timings() };
    if (!needsConfirmation(stream)) return done(run, { counts: loaded.runCounts, step });
  }
  return confirmAndEnd(run, { claim, step });
}

interface Run {
  readonly dependencies: Dependencies;
  readonly facts: StepFacts;
  readonly open: OpenSession;
  readonly declaration: EntityDeclaration;
  readonly signal: AbortSignal;
}

async function confirmAndEnd(run: Run, { claim, step }: { claim: Claim; step: SyncCounts }): Promise<SyncStepResult> {
  const { dependencies, facts } = run;
  const stream = await readStream(dependencies.database, claim.streamId);
  const request =
    stream.run_request_id === null ? null : await readRequest(dependencies.database, stream.run_request_id);
  const confirmed = await confirmUnseen({
    ...deleteOptions({ ...run, facts: { ...facts, stream } }),
    allowDeletes: request?.allow_deletes ?? false,
  });
  const counts = addCounts(stream.run_counts, confirmed.counts);
  const steps = addCounts(step, confirmed.counts);
  if (confirmed.state === 'more') return { state: 'more', counts, step: steps, timings: facts.clock.timings() };
  const end = endOf(run, counts);
  const held = confirmed.state === 'held' ? { state: 'partial' as const, error: summarizeError(confirmed.error) } : {};
  await finishRun(dependencies.database, claim, { ...end, ...held });
  return done(run, { counts, step: steps, outcome: held.state ?? outcomeOf(counts) });
}

async function continueOrStart(
  dependencies: Dependencies,
  facts: StepFacts & { open: OpenSession; declaration: EntityDeclaration },
): Promise<StreamRow> {
  const { stream, input, open, declaration, clock } = facts;
  if (stream.run_execution_id === input.execution.id && stream.run_state === 'running') return stream;
  const signal = Context.current().cancellationSignal;
  const sourceNow = await clock.waitFor('source_ms', open.session.now(signal));
  const plan = planRun({
    stream,
    entity: stream.entity,
    mode: input.mode,
    declaration,
    stamps: open.connector.stamps,
    sourceNow,
    now: instantFromMs(Date.now()),
    windowDays: facts.connection.window_days,
  });
  const scan = plan.scan && { ...plan.scan, startFetchNumber: await nextFetchNumber(dependencies.database) };
  const { kind, since, resume } = plan;
  return startRun(dependencies.database, facts.claim, {
    executionId: input.execution.id,
    kind,
    since,
    sourceNow,
    scan,
    resume,
  });
}

function batchContext({ facts: { claim, stream } }: Run): BatchContext {
  return {
    claim,
    lineageId: stream.lineage_id,
    connectionId: stream.connection_id,
    entity: stream.entity,
    origin: originOf(stream.run_kind ?? 'incremental'),
    seenScanId: needsConfirmation(stream) ? stream.run_scan_id : null,
  };
}

/** Whether a whole pass must be followed by a look for what it did not see. The first pass has nothing to miss. */
function needsConfirmation(stream: StreamRow): boolean {
  return stream.run_scan_id !== null && stream.run_kind !== 'initial';
}

function isFeedDue(stream: StreamRow, declaration: EntityDeclaration): boolean {
  return declaration.deletes === 'feed' && stream.run_since !== null && stream.checkpoint === null;
}

async function loadOptions(run: Run, documentsFrom: string | null): Promise<LoadOptions> {
  const { dependencies, facts, open, declaration, signal } = run;
  // The delete feed's commits have moved the checkpoint number.
  const stream = await readStream(dependencies.database, facts.stream.id);
  const settings = facts.connection.settings as { page_size?: number };
  const order =
    stream.run_since !== null && declaration.changed ? declaration.changed.order : declaration.snapshot.order;
  return {
    database: dependencies.database,
    session: open.session,
    stream,
    selection: selectionOf({ since: stream.run_since, documentsFrom }),
    pageSize: settings.page_size ?? declaration.pageSize ?? pageSizeDefault,
    batch: batchContext(run),
    transform: transformContext(run),
    budget: { recordsMax: stepRecordsMax, elapsedMs: stepMs },
    clock: facts.clock,
    signal,
    onProgress: reportProgress,
    closing: ({ stampMax, isPassComplete }) => ({
      watermark: nextWatermark({
        kind: stream.run_kind ?? 'incremental',
        watermark: stream.watermark,
        sourceNow: stream.run_source_now,
        stampMax,
        order,
        isPassComplete,
      }),
      ...(isPassComplete && needsConfirmation(stream) && { scanWhole: true }),
      ...(isPassComplete && !needsConfirmation(stream) && { end: (counts: SyncCounts) => endOf(run, counts) }),
    }),
  };
}

function deleteOptions(run: Run): DeleteOptions {
  return {
    database: run.dependencies.database,
    session: run.open.session,
    stream: run.facts.stream,
    declaration: run.declaration,
    batch: batchContext(run),
    transform: transformContext(run),
    allowDeletes: false,
    budgetMs: stepMs,
    clock: run.facts.clock,
    signal: run.signal,
    onProgress: reportProgress,
  };
}

function transformContext({ facts, open, declaration }: Run) {
  return {
    entity: facts.stream.entity,
    lineageId: facts.stream.lineage_id,
    declaration,
    stamps: open.connector.stamps,
    profile: facts.connection.profile,
  };
}

function endOf(run: Run, counts: SyncCounts): RunEnd {
  return { executionId: run.facts.input.execution.id, state: outcomeOf(counts), error: null, watermark: null, counts };
}

function outcomeOf(counts: SyncCounts): 'completed' | 'partial' {
  return counts.quarantined > 0 ? 'partial' : 'completed';
}

async function done(
  run: Run,
  result: { counts: SyncCounts; step: SyncCounts; outcome?: 'completed' | 'partial' },
): Promise<SyncStepResult> {
  const { dependencies, facts } = run;
  await startPending(dependencies, facts.stream.id);
  const { counts, step } = result;
  return { state: 'done', outcome: result.outcome ?? outcomeOf(counts), counts, step, timings: facts.clock.timings() };
}

/** The answer of an attempt whose forerunner had committed the end and died before it could say so. */
function endedBefore(stream: StreamRow): SyncStepResult {
  const counts = addCounts(stream.run_counts, {});
  const outcome = stream.run_state === 'partial' ? 'partial' : 'completed';
  return { state: 'done', outcome, counts, step: noCounts, timings: {} };
}

function reportProgress(counts: SyncCounts): void {
  Context.current().heartbeat({ read: counts.read, pages: counts.pages });
}
