import { type Command, Option } from 'commander';
import { FlowsError } from '../../../model/errors/flows-error.ts';
import { listSchedules, type ScheduleView } from '../../operations/list-schedules.ts';
import { pauseSchedules } from '../../operations/pause-schedules.ts';
import { setSchedule } from '../../operations/set-schedule.ts';
import type { Colors } from '../colors.ts';
import { parseDuration } from '../duration.ts';
import { formatDuration, formatWhen } from '../format.ts';
import type { Run, Session } from '../session.ts';
import { renderTable, styledStatus } from '../table.ts';

interface SetOptions {
  readonly every?: string;
  readonly cron?: string;
  readonly timeZone: string;
}

/** `flows schedules list|pause|resume|set`. */
export function addSchedulesCommand(program: Command, run: Run): void {
  const schedules = program.command('schedules').description('when streams are synced');
  schedules
    .command('list [connection]')
    .description('when each stream is synced next')
    .action((connection: string | undefined, _options: object, command: Command) =>
      run(command, (session) => showSchedules(session, connection)),
    );
  for (const [name, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    schedules
      .command(`${name} <connection> [entity]`)
      .description(`${name} one stream, or all of a connection`)
      .action((connection: string, entity: string | undefined, _options: object, command: Command) =>
        run(command, async (session) => {
          const { services } = await session.context();
          await pauseSchedules(services, { connection, ...(entity !== undefined && { entity }), paused });
          await showSchedules(session, connection);
        }),
      );
  }
  schedules
    .command('set <connection> [entity]')
    .description('set when one stream, or all of a connection, is synced')
    .addOption(new Option('--every <duration>', 'the time between two syncs: 15m, 6h, 1d').conflicts('cron'))
    .option('--cron <text>', 'five fields: minute, hour, day, month, weekday')
    .option('--time-zone <zone>', 'the zone of the cron text', 'UTC')
    .action((connection: string, entity: string | undefined, options: SetOptions, command: Command) =>
      run(command, async (session) => {
        const { services } = await session.context();
        await setSchedule(services, {
          connection,
          ...(entity !== undefined && { entity }),
          schedule: scheduleFrom(options),
        });
        await showSchedules(session, connection);
      }),
    );
}

function scheduleFrom({ every, cron, timeZone }: SetOptions) {
  if (every !== undefined) return { intervalMs: parseDuration(every) };
  if (cron !== undefined) return { cron, timeZone };
  throw new FlowsError('invalid_request', 'Give --every <duration> or --cron <text>.');
}

async function showSchedules({ context, output, nowMs }: Session, connection: string | undefined): Promise<void> {
  const { services } = await context();
  const schedules = await listSchedules(services, connection === undefined ? {} : { connection });
  output.result({ schedules }, (colors) => renderSchedules(schedules, { colors, nowMs: nowMs() }));
}

function renderSchedules(
  schedules: readonly ScheduleView[],
  { colors, nowMs }: { colors: Colors; nowMs: number },
): string {
  if (schedules.length === 0) return 'No schedules.';
  const rows = schedules.map((schedule) => [
    schedule.connection,
    schedule.entity,
    schedule.cron === null
      ? `every ${formatDuration(schedule.interval_ms ?? 0)}`
      : `${schedule.cron} (${schedule.time_zone ?? 'UTC'})`,
    schedule.paused === 'no' ? null : styledStatus('paused'),
    formatWhen(schedule.next_run_at, nowMs),
  ]);
  return renderTable(colors, ['connection', 'entity', 'when', '', 'next run'], rows);
}
