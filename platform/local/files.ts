import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a JSON file (mode 0600) that a reader sees either whole or not at all; parents are made. */
export async function writeJsonFile(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
}

/** The parsed file, or undefined where it is missing or not JSON (as an interrupted writer or a person may leave it). */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

const maxLogBytes = 10 * 1024 * 1024;

/** Opens a log for appending and returns its descriptor; a log over 10 MiB first becomes `<file>.previous`. */
export function openLogFile(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(file, `${file}.previous`);
  return openSync(file, 'a', 0o600);
}

const tailBytes = 2000;

/** The last lines of a log, for an error message; empty where there is none. `from` skips what was there before. */
export function tailOfLog(file: string, { from = 0 }: { readonly from?: number } = {}): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const start = Math.max(from <= size ? from : 0, size - tailBytes);
  if (start >= size) return '';
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(size - start);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, start)).trim();
  } finally {
    closeSync(descriptor);
  }
}

/** Size of a log now, 0 where there is none: the `from` of a later {@link tailOfLog}. */
export function sizeOfLog(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
