export { chore } from './chore.ts';
export { connect } from './connect.ts';
export { incrementalSync } from './incremental-sync.ts';
export { initialSync } from './initial-sync.ts';
export { reconcile } from './reconcile.ts';
export { retryQuarantine } from './retry-quarantine.ts';
