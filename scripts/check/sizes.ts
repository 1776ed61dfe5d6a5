import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartResult } from './part-result.ts';
import { sourceFiles } from './source-files.ts';

/** Lines of a file: what is aimed at, from where it is warned of, and what is refused beyond. */
const lineLimits = { aim: 150, warn: 300, refuse: 500 };

/** Counts the lines of every source file; refuses files over the limit. The length of functions is oxlint's part. */
export async function checkSizes(root: string): Promise<PartResult> {
  const files = await Promise.all(
    sourceFiles(root).map(async (path) => ({ path, lines: await countLines(root, path) })),
  );
  const over = (limit: number) => files.filter((file) => file.lines > limit).toSorted((a, b) => b.lines - a.lines);
  const refused = over(lineLimits.refuse);
  const warned = over(lineLimits.warn).filter((file) => file.lines <= lineLimits.refuse);
  const lines = [
    ...refused.map((file) => `${file.path}: ${file.lines} lines, over ${lineLimits.refuse}: split it`),
    ...warned.map((file) => `${file.path}: ${file.lines} lines, over ${lineLimits.warn} (warning)`),
  ];
  const warning = warned.length === 0 ? '' : `; over ${lineLimits.warn}: ${warned.map((file) => file.path).join(', ')}`;
  return {
    ok: refused.length === 0,
    output: lines.join('\n'),
    note: `${files.length} files, ${over(lineLimits.aim).length} over ${lineLimits.aim} lines${warning}`,
  };
}

async function countLines(root: string, path: string): Promise<number> {
  const text = await readFile(join(root, path), 'utf8');
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
