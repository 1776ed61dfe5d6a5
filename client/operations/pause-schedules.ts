import { readConnection } from '../../store/connections.ts';
import { pauseStreams } from '../../store/stream-schedule.ts';
import { alignSchedules } from './align-schedules.ts';
import { chooseStreams } from './choose-streams.ts';
import type { Services } from './services.ts';

export interface PauseSchedulesRequest {
  /** Id or name. */
  readonly connection: string;
  /** Absent means every stream. */
  readonly entity?: string;
  readonly paused: boolean;
}

/** Pauses or resumes the schedules of one or all streams of a connection. A run under way ends at its next step. */
export async function pauseSchedules(services: Services, request: PauseSchedulesRequest): Promise<void> {
  const { database } = services;
  const connection = await readConnection(database, request.connection);
  const streams = await chooseStreams(database, connection, request.entity);
  await pauseStreams(
    database,
    streams.map(({ id }) => id),
    request.paused,
  );
  await alignSchedules(services, connection.id);
}
