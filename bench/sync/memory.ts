import { readFile, writeFile } from 'node:fs/promises';

/** The most memory that a process has held since its start or the last reset, in MiB. Linux only. */
export async function peakMemoryMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
  if (kib === undefined) throw new Error(`/proc/${pid}/status says nothing of the peak memory.`);
  return Number(kib) / 1024;
}

/** Lets the peak begin at what the process holds now, and gives that: what its start took does not count. */
export async function resetPeakMemory(pid: number): Promise<number> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return peakMemoryMib(pid);
}
