import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import type { Entity } from '../model/entities/registry.ts';

/** What a started execution is found by in Temporal: opaque ids and our own words. */
export function searchAttributes(about: {
  readonly connectionId: string;
  readonly entity?: Entity;
  readonly system: string;
  readonly kind: string;
}): SearchAttributePair[] {
  const pairs: [string, string | undefined][] = [
    ['FlowsConnection', about.connectionId],
    ['FlowsEntity', about.entity],
    ['FlowsSystem', about.system],
    ['FlowsKind', about.kind],
    ['FlowsState', 'running'],
  ];
  return pairs.flatMap(([name, value]) =>
    value === undefined ? [] : [{ key: defineSearchAttributeKey(name, 'KEYWORD'), value }],
  );
}
