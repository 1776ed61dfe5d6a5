import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * What the operating system says about a process. Linux is read from /proc (slim images carry no `ps`), macOS from `ps`.
 */

/** Whether the process runs; a zombie, which nobody has collected yet, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return linuxStat(pid)?.state !== 'Z';
}

/** A text that no later process with the same pid has: boot and start time. Undefined where the process is gone. */
export function identityOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = linuxStat(pid);
    return stat && `${bootId()}/${stat.startTicks}`;
  }
  return ps(['-o', 'lstart=', '-p', String(pid)]) || undefined;
}

/** The command and its arguments, joined by blanks; empty where the process is gone or hides them. */
export function commandLineOf(pid: number): string {
  if (process.platform !== 'linux') return ps(['-ww', '-o', 'command=', '-p', String(pid)]);
  return readOrEmpty(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
}

/** Running members of a process group, zombies left out. */
export function membersOfGroup(group: number): number[] {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return pids.filter((pid) => {
      const stat = linuxStat(pid);
      return stat?.group === group && stat.state !== 'Z';
    });
  }
  const rows = ps(['-A', '-o', 'pid=,pgid=,state=']).split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, pgid, state]) => Number(pgid) === group && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid));
}

interface LinuxStat {
  readonly state: string;
  readonly group: number;
  readonly startTicks: string;
}

/** Fields 3, 5 and 22 of /proc/<pid>/stat (proc(5)); the name before them may hold blanks and brackets. */
function linuxStat(pid: number): LinuxStat | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readOrEmpty(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startTicks = fields[19];
  if (state === undefined || group === undefined || startTicks === undefined) return undefined;
  return { state, group: Number(group), startTicks };
}

function bootId(): string {
  return readOrEmpty('/proc/sys/kernel/random/boot_id').trim();
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
