import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { isOurs, readRecord, spawnDetached, stopProcess } from '../../platform/local/process.ts';
import { identityOf, isAlive, membersOfGroup } from '../../platform/local/process-table.ts';
import { waitUntil } from '../../platform/local/wait.ts';
import { sleeper } from '../support/local/sleeper.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

const env = { PATH: '/usr/bin:/bin' };

async function shell(script: string) {
  const folder = temporaryFolder();
  const recordFile = join(folder, 'record.json');
  const logFile = join(folder, 'out.log');
  const started = await spawnDetached('/bin/sh', { args: ['-c', script], env, logFile, recordFile });
  onTestFinished(() => stopProcess({ pid: started.pid, signal: 'SIGTERM', timeoutMs: 100 }));
  return { ...started, recordFile, logFile };
}

test('the record names the process that runs the command', async () => {
  const { pid, recordFile } = await shell('sleep 60');
  const record = await readRecord(recordFile);
  expect(record).toMatchObject({ pid, command: ['/bin/sh', '-c', 'sleep 60'], identity: identityOf(pid) });
  expect(record && isOurs(record)).toBe(true);
});

test('a record without the start time, as a killed starter leaves it, is still recognised', async () => {
  const { pid, recordFile } = await shell('sleep 60');
  const { command, startedAt } = (await readRecord(recordFile)) ?? { command: [], startedAt: '' };
  expect(isOurs({ pid, command, startedAt })).toBe(true);
  expect(isOurs({ pid, command: ['/bin/sh', '-c', 'another'], startedAt })).toBe(false);
});

test('a later process with the recorded number is not ours', () => {
  const { pid } = sleeper();
  expect(isOurs({ pid, command: ['sleep', '120'], startedAt: '', identity: 'an earlier boot/1' })).toBe(false);
});

test('output goes to the log', async () => {
  const { logFile, exited } = await shell('echo said; echo failed >&2');
  await waitUntil(exited, { timeoutMs: 10_000, intervalMs: 5 });
  expect(readFileSync(logFile, 'utf8')).toBe('said\nfailed\n');
});

test('a command that is not there ends at once and says so', async () => {
  const folder = temporaryFolder();
  const options = { args: [], env, logFile: join(folder, 'out.log') };
  await expect(spawnDetached(join(folder, 'nothing'), options)).rejects.toMatchObject({
    code: 'configuration_invalid',
  });
});

test('stopping ends the children too, also those that ignore the first signal', async () => {
  const { pid } = await shell('trap "" TERM; sleep 61 & sleep 62');
  await waitUntil(() => (membersOfGroup(pid).length === 3 ? true : undefined), { timeoutMs: 10_000, intervalMs: 5 });
  await stopProcess({ pid, signal: 'SIGTERM', timeoutMs: 100 });
  expect(isAlive(pid)).toBe(false);
  expect(membersOfGroup(pid)).toEqual([]);
});

test('a missing record is no record', async () => {
  expect(await readRecord(join(temporaryFolder(), 'none.json'))).toBeUndefined();
});
