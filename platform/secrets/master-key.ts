import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newMasterKey } from './secret-box.ts';

/** The master key in a file that only its owner may read; it is made at the first start. */
export async function readOrMakeMasterKey(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  try {
    // Fails when the file is there, so that two first starts agree on one key.
    await writeFile(file, newMasterKey(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  await chmod(file, 0o600);
  return (await readFile(file, 'utf8')).trim();
}
