import { FlowsError } from '../../model/errors/flows-error.ts';
import { readConnection } from '../../store/connections.ts';
import { saveStreamSchedule, scheduleOf, type StreamSchedule } from '../../store/stream-schedule.ts';
import { chooseStreams } from './choose-streams.ts';
import type { Services } from './services.ts';

export interface SetScheduleRequest {
  /** Id or name. */
  readonly connection: string;
  /** Absent means every stream. */
  readonly entity?: string;
  readonly schedule: StreamSchedule;
}

const intervalMsMin = 60_000;
const intervalMsMax = 31 * 86_400_000;
const cronFields = /^[\w*/,?#-]+( [\w*/,?#-]+){4}$/;

/**
 * Sets when one or all streams of a connection are synced. Temporal takes it first, so that a schedule which it refuses
 * is not stored. Throws `not_found`, `invalid_request`, `engine_unavailable`.
 */
export async function setSchedule({ database, engine }: Services, request: SetScheduleRequest): Promise<void> {
  checkSchedule(request.schedule);
  const connection = await readConnection(database, request.connection);
  const { schedule } = request;
  const wanted = 'cron' in schedule ? { intervalMs: null, ...schedule } : { cron: null, timeZone: null, ...schedule };
  for (const stream of await chooseStreams(database, connection, request.entity)) {
    await engine.ensureSchedule({ ...scheduleOf(connection, stream), ...wanted });
    await saveStreamSchedule(database, stream.id, schedule);
  }
}

function checkSchedule(schedule: StreamSchedule): void {
  if ('cron' in schedule) {
    if (!cronFields.test(schedule.cron)) {
      throw new FlowsError(
        'invalid_request',
        `"${schedule.cron}" is no cron text of five fields (minute, hour, day, month, weekday), like "0 6 * * 1-5".`,
      );
    }
    if (!isTimeZone(schedule.timeZone))
      throw new FlowsError('invalid_request', `"${schedule.timeZone}" is no time zone. Give one like Europe/Berlin.`);
    return;
  }
  if (schedule.intervalMs < intervalMsMin || schedule.intervalMs > intervalMsMax) {
    throw new FlowsError('invalid_request', 'A stream is synced every minute at most and every 31 days at least.');
  }
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
