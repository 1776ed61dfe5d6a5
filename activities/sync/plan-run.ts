import type { EntityDeclaration, Selection, StampFormat } from '../../connectors/connector.ts';
import type { Entity } from '../../model/entities/registry.ts';
import { entityRegistry } from '../../model/entities/registry.ts';
import { dateBefore } from '../../model/instants.ts';
import type { ChangeOrigin, RunKind, SyncMode } from '../../model/sync.ts';
import type { StreamRow } from '../../store/streams.ts';

/** What is known when a run begins. */
export interface RunFacts {
  readonly stream: StreamRow;
  readonly entity: Entity;
  readonly mode: SyncMode;
  readonly declaration: Pick<EntityDeclaration, 'changed' | 'snapshot'>;
  readonly stamps: StampFormat;
  /** The source's clock before the first request; null where it has none. */
  readonly sourceNow: string | null;
  /** Our clock, for the window only. UTC instant. */
  readonly now: string;
  readonly windowDays: number;
}

export interface RunPlan {
  readonly kind: RunKind;
  readonly resume: boolean;
  readonly since: string | null;
  /** Given for a whole pass. */
  readonly scan: { readonly documentsFrom: string | null } | null;
}

/**
 * What a run does. The first run of a stream is its initial sync whatever was asked, and goes on where an earlier one
 * stopped. An incremental run of an entity without stamps is a whole pass, compared by hash.
 */
export function planRun(facts: RunFacts): RunPlan {
  const { stream, mode, declaration } = facts;
  const documentsFrom = entityRegistry[facts.entity].window ? dateBefore(facts.now, facts.windowDays) : null;
  if (stream.initial_completed_at === null) {
    const resume = stream.run_kind === 'initial' && stream.checkpoint !== null;
    return { kind: 'initial', resume, since: null, scan: { documentsFrom } };
  }
  if (mode !== 'incremental') return { kind: mode, resume: false, since: null, scan: { documentsFrom } };
  const since = declaration.changed ? sinceOf(facts, declaration.changed.overlapMs) : null;
  return { kind: 'incremental', resume: false, since, scan: since === null ? { documentsFrom } : null };
}

/**
 * Where an incremental run starts: the watermark less the overlap. A source whose clock went back stamps its new changes
 * below the watermark, so the lower of the two counts.
 */
function sinceOf({ stream, stamps, sourceNow }: RunFacts, overlapMs: number): string | null {
  if (stream.watermark === null) return null;
  const from = sourceNow !== null && sourceNow < stream.watermark ? sourceNow : stream.watermark;
  return stamps.shift(from, -overlapMs);
}

/** What the pages of a planned run select. */
export function selectionOf(run: { since: string | null; documentsFrom: string | null }): Selection {
  if (run.since !== null) return { kind: 'changed', since: run.since };
  return { kind: 'snapshot', documentsFrom: run.documentsFrom };
}

/** The origin that a run's changes carry. */
export function originOf(kind: RunKind): ChangeOrigin {
  if (kind === 'initial' || kind === 'incremental') return kind;
  return 'reconcile';
}

export interface WatermarkFacts {
  readonly kind: RunKind;
  readonly watermark: string | null;
  readonly sourceNow: string | null;
  readonly stampMax: string | null;
  readonly order: 'stamp_id' | 'id' | 'continuation';
  readonly isPassComplete: boolean;
}

/**
 * The watermark to save with a commit; null leaves it. It never passes the source's own clock nor what was completely
 * read. A windowed whole pass after the initial sync says nothing about older documents, so it moves nothing.
 */
export function nextWatermark(facts: WatermarkFacts): string | null {
  const { kind, sourceNow, stampMax } = facts;
  if (kind === 'full' || kind === 'reconcile') return null;
  if (facts.isPassComplete) return sourceNow ?? later(facts.watermark, stampMax);
  if (facts.order !== 'stamp_id' || stampMax === null) return null;
  const read = sourceNow !== null && stampMax > sourceNow ? sourceNow : stampMax;
  return later(facts.watermark, read);
}

function later(left: string | null, right: string | null): string | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}
