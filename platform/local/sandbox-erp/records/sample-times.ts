import { type Micros, microsPerDay, microsPerSecond, stampOf } from '../stamps.ts';
import { type ResourceName, randomFor, type SamplePlan } from './resource.ts';

/** When a sample record was made and last changed. */
export interface SampleTimes {
  readonly created: Micros;
  readonly changed: Micros;
}

/** Where a sample document lies: every tenth is older than the window, half of those still open. */
export type DocumentAge = 'in_window' | 'old_open' | 'old_closed';

const recentSamples = 20;
const goldenRatio = 0.618_033_988_749_894_9;

/** The age class of the document at a position. */
export function documentAgeAt(index: number): DocumentAge {
  if (index % 10 !== 9) return 'in_window';
  return index % 20 === 9 ? 'old_closed' : 'old_open';
}

/**
 * Times of a sample document. Creation is spread evenly over the window (the first 20 lie in its newest days), older documents over two
 * windows before it. Positions 2 to 4 of every eight share one change stamp, and every twentieth was changed by one mass update.
 */
export function documentTimes(plan: SamplePlan, name: ResourceName, index: number): SampleTimes {
  const created = documentCreated(plan, name, index);
  const massUpdate = plan.now - Math.floor(plan.windowDays / 30) * microsPerDay - microsPerSecond;
  if (index % 20 === 7 && created < massUpdate) return { created, changed: massUpdate };
  const place = index % 8;
  if (place < 2 || place > 4) return { created, changed: changedAfter(plan, { name, index, created }) };
  const first = index - place + 2;
  const newest = Math.max(...[0, 1, 2].map((step) => documentCreated(plan, name, first + step)));
  return { created, changed: changedAfter(plan, { name, index: first, created: newest }) };
}

/** Times of a sample master record: made within three years, changed at any time since. */
export function masterTimes(plan: SamplePlan, name: ResourceName, index: number): SampleTimes {
  const age = fractionAt(index) * 1095 * microsPerDay + microsPerDay + randomFor(plan, name, index).below(1e9);
  const created = plan.now - Math.floor(age);
  return { created, changed: changedAfter(plan, { name, index, created }) };
}

/** The head's stamps and version; a record never changed has version 1. */
export function stampsOf(times: SampleTimes): { createdAt: string; changedAt: string; version: number } {
  const version = times.changed === times.created ? 1 : 2 + (times.changed % 3);
  return { createdAt: stampOf(times.created), changedAt: stampOf(times.changed), version };
}

function documentCreated(plan: SamplePlan, name: ResourceName, index: number): Micros {
  const window = plan.windowDays * microsPerDay;
  const jitter = randomFor(plan, name, index).below(microsPerSecond * 60);
  if (documentAgeAt(index) !== 'in_window') {
    return plan.now - window - 2 * microsPerDay - Math.floor(fractionAt(index) * 2 * window) - jitter;
  }
  const share = index < recentSamples ? (index / recentSamples) * 0.2 : fractionAt(index) * 0.97;
  return plan.now - 3600 * microsPerSecond - Math.floor(share * window) - jitter;
}

function changedAfter(plan: SamplePlan, made: { name: ResourceName; index: number; created: Micros }): Micros {
  const random = randomFor(plan, made.name, made.index + 1_000_000_007);
  if (random.oneIn(6)) return made.created;
  const latest = plan.now - 60 * microsPerSecond;
  return made.created + Math.floor((random.below(microsPerSecond) / microsPerSecond) * (latest - made.created));
}

function fractionAt(index: number): number {
  return (index * goldenRatio) % 1;
}
