import { FlowsError } from '../../model/errors/flows-error.ts';
import { recordId } from '../../model/ids.ts';
import { readConnection } from '../../store/connections.ts';
import { findRecord } from '../../store/records.ts';
import { requireEntity } from './choose-streams.ts';
import { type RecordView, toRecordViews } from './record-view.ts';
import type { Services } from './services.ts';

export interface ShowRecordRequest {
  /** Id or name. */
  readonly connection: string;
  readonly entity: string;
  /** Our id or the system's. */
  readonly id: string;
  readonly includeRaw?: boolean;
}

/** One record, deleted or not. Throws `not_found`, `invalid_request`. */
export async function showRecord(
  { database }: Pick<Services, 'database'>,
  request: ShowRecordRequest,
): Promise<RecordView> {
  const entity = requireEntity(request.entity);
  const { name, lineage_id: lineageId } = await readConnection(database, request.connection);
  const recordIdOfRemote = recordId(lineageId, entity, request.id);
  const row = await findRecord(database, { lineageId, entity, id: request.id, recordIdOfRemote });
  if (!row) {
    throw new FlowsError(
      'not_found',
      `The connection "${name}" has no ${entity} with the id or remote id "${request.id}". See "flows records list ${name} ${entity}".`,
    );
  }
  const { raw = null, ...withoutRaw } = row;
  const [view] = await toRecordViews(database, [request.includeRaw ? { ...withoutRaw, raw } : withoutRaw]);
  return view as RecordView;
}
