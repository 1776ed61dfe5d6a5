import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { withLock } from '../../platform/local/lock.ts';
import { startElsewhere } from '../support/local/starter.ts';
import { sleeper } from '../support/local/sleeper.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

const timeoutMs = 20_000;

test('holders come one at a time and leave nothing behind', async () => {
  const folder = temporaryFolder();
  let holders = 0;
  let most = 0;
  const work = async () => {
    holders += 1;
    most = Math.max(most, holders);
    await delay(5);
    holders -= 1;
  };
  await Promise.all(Array.from({ length: 6 }, () => withLock(join(folder, 'a.lock'), work, { timeoutMs })));
  expect(most).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test('a failure of the work gives the lock back', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  await expect(withLock(file, () => Promise.reject(new Error('no')), { timeoutMs })).rejects.toThrow('no');
  await expect(withLock(file, () => Promise.resolve('free'), { timeoutMs })).resolves.toBe('free');
});

test('the lock of a killed process is taken over, by one of several that want it', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'a.lock');
  const holder = await startElsewhere('test/support/local/hold-lock.ts', 'holdLock', { file });
  await holder.kill();
  let holders = 0;
  const work = async () => {
    holders += 1;
    expect(holders).toBe(1);
    await delay(5);
    holders -= 1;
  };
  await Promise.all(Array.from({ length: 4 }, () => withLock(file, work, { timeoutMs })));
  expect(readdirSync(folder)).toEqual([]);
});

test('a lock whose number now belongs to another process is taken over', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  writeFileSync(file, JSON.stringify({ pid: sleeper().pid, identity: 'an earlier boot/1', token: 'old' }));
  await expect(withLock(file, () => Promise.resolve('free'), { timeoutMs })).resolves.toBe('free');
});

test('a lock file that a crash left empty is taken over', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  writeFileSync(file, '');
  await expect(withLock(file, () => Promise.resolve('free'), { timeoutMs })).resolves.toBe('free');
});

test('waiting ends after its bound with the holder named', async () => {
  const file = join(temporaryFolder(), 'a.lock');
  const waits: number[] = [];
  await withLock(
    file,
    async () => {
      const second = withLock(file, () => Promise.resolve(), { timeoutMs: 120, onWait: (pid) => waits.push(pid) });
      await expect(second).rejects.toThrow(`Process ${process.pid} has held ${file}`);
    },
    { timeoutMs },
  );
  expect(waits).toEqual([process.pid]);
});
