import type { Lifecycle } from './sync.ts';

/** What a connection is shown as, in the order in which they are looked for: the first that holds is the status. */
export const connectionStatuses = [
  'disconnected',
  'disconnecting',
  'failed',
  'paused',
  'reauthorization_required',
  'unreachable',
  'connecting',
  'active',
] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** The independent facts that are stored of a connection. */
export interface ConnectionFacts {
  readonly lifecycle: Lifecycle;
  readonly reach: 'unknown' | 'reached' | 'lost';
  readonly auth: 'unknown' | 'valid' | 'failed';
  readonly paused: boolean;
}

/** The one status of a connection, from its facts. */
export function connectionStatus(facts: ConnectionFacts): ConnectionStatus {
  const holds: Readonly<Record<ConnectionStatus, boolean>> = {
    disconnected: facts.lifecycle === 'disconnected',
    disconnecting: facts.lifecycle === 'disconnecting',
    failed: facts.lifecycle === 'failed',
    paused: facts.paused,
    reauthorization_required: facts.auth === 'failed',
    unreachable: facts.reach === 'lost',
    connecting: facts.lifecycle === 'connecting',
    active: facts.lifecycle === 'active',
  };
  return connectionStatuses.find((status) => holds[status]) ?? 'active';
}
