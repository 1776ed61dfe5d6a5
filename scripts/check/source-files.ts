import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const sourceName = /\.(ts|tsx|mts|cts|js|mjs|cjs)$/;
const ignoredFolders = new Set(['node_modules', 'dist']);

/** Every source file under `root`, as paths relative to it with `/`; without dependencies, built files and dot-folders. */
export function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ignoredFolders.has(entry.name) || entry.name.startsWith('.') ? [] : sourceFiles(root, path);
    return entry.isFile() && sourceName.test(entry.name) ? [path] : [];
  });
}
