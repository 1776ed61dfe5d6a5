import { FlowsError } from '../model/errors/flows-error.ts';
import { addCounts, type ChangeOrigin, type SyncCounts } from '../model/sync.ts';
import { insertOutbox } from './batch.ts';
import { type Database, inTransaction } from './database.ts';
import { openCopy } from './incoming.ts';
import { type QuarantinedRecord, quarantineRecords, resolveGone, resolveQuarantine } from './quarantine.ts';
import type { StreamRow } from './streams.ts';
import { tombstoneRecords } from './tombstones.ts';
import { upsertIncoming } from './upsert.ts';

/** A few records fetched by id, outside a run: a quarantine retry, a webhook's fetch, a write read back. */
export interface PointCommit {
  readonly streamId: string;
  readonly origin: ChangeOrigin;
  /** COPY text of the good ones. */
  readonly rows: string;
  readonly quarantined: readonly QuarantinedRecord[];
  /** Asked for and not found: records that no longer exist. */
  readonly gone: readonly { readonly recordId: string; readonly remoteId: string }[];
  readonly fetchNumber: number;
}

/**
 * Commits records beside the runs: touches neither checkpoint nor claim. Throws `version_conflict` when a run has
 * committed a later request meanwhile: what was fetched may be older than what that run saw, so it is to be fetched again.
 */
export function commitPoint(database: Database, commit: PointCommit): Promise<SyncCounts> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<StreamRow & { lifecycle: string }>(
      `select s.*, c.lifecycle from stream s join connection c on c.id = s.connection_id where s.id = $1 for update of s`,
      [commit.streamId],
    );
    const stream = rows[0];
    if (!stream) throw new FlowsError('not_found', `There is no stream ${commit.streamId}.`);
    if (stream.lifecycle !== 'active')
      throw new FlowsError('invalid_state', `The connection is ${stream.lifecycle}: nothing of it is stored any more.`);
    if (stream.run_fetch_number > commit.fetchNumber) {
      throw new FlowsError(
        'version_conflict',
        'A sync has read on since these records were fetched. They are fetched again.',
      );
    }
    const owner = {
      lineageId: stream.lineage_id,
      connectionId: stream.connection_id,
      entity: stream.entity,
      origin: commit.origin,
    };
    let counts = addCounts({ quarantined: commit.quarantined.length }, {});
    let changes = 0;
    if (commit.rows !== '') {
      const copy = await openCopy(client);
      await copy.write(commit.rows);
      await copy.end();
      await resolveQuarantine(client, stream.id);
      const upserted = await upsertIncoming(client, { stream, owner, hasDuplicates: true });
      changes += upserted.changes;
      counts = addCounts(counts, upserted);
    }
    await quarantineRecords(client, stream.id, commit.quarantined);
    const gone = { recordIds: commit.gone.map(({ recordId }) => recordId), fetchNumber: commit.fetchNumber };
    const deleted = await tombstoneRecords(client, {
      sequence: stream.sequence + changes,
      origin: commit.origin,
      gone,
    });
    await resolveGone(
      client,
      stream.id,
      commit.gone.map(({ remoteId }) => remoteId),
    );
    changes += deleted;
    if (changes > 0) {
      await client.query('update stream set sequence = sequence + $2 where id = $1', [stream.id, changes]);
      await insertOutbox(client, { stream, origin: commit.origin, changes });
    }
    return addCounts(counts, { deleted });
  });
}
