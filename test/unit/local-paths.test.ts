import { chmodSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { isTraversableByOthers, reachableFolder, resolveLocalPaths } from '../../platform/local/paths.ts';
import { temporaryFolder } from '../support/local/temporary-folder.ts';

describe('resolveLocalPaths', () => {
  test('two checkouts share the cache and have states of their own', async () => {
    const folder = temporaryFolder();
    for (const name of ['a/flows', 'b/flows']) mkdirSync(join(folder, name), { recursive: true });
    const environment = { HOME: '/home/someone' };
    const a = await resolveLocalPaths(join(folder, 'a/flows'), { environment });
    const b = await resolveLocalPaths(join(folder, 'b/flows'), { environment });
    expect(a.cacheDir).toBe('/home/someone/.cache/flows');
    expect(b.cacheDir).toBe(a.cacheDir);
    expect(a.stateDir).toMatch(/^\/home\/someone\/\.local\/state\/flows\/flows-[0-9a-f]{8}$/);
    expect(b.stateDir).not.toBe(a.stateDir);
  });

  test('a checkout reached through a link has the same state', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const environment = { HOME: '/home/someone' };
    const [real, link] = await Promise.all(
      ['real', 'link'].map((name) => resolveLocalPaths(join(folder, name), { environment })),
    );
    expect(link).toEqual(real);
  });

  test('our own variables go before those of XDG', async () => {
    const xdg = { HOME: '/h', XDG_CACHE_HOME: '/xc', XDG_STATE_HOME: '/xs' };
    const ours = { ...xdg, FLOWS_CACHE_DIR: '/fc', FLOWS_HOME: '/fs' };
    const folder = temporaryFolder();
    expect(await resolveLocalPaths(folder, { environment: ours })).toEqual({ cacheDir: '/fc', stateDir: '/fs' });
    expect((await resolveLocalPaths(folder, { environment: xdg })).cacheDir).toBe('/xc/flows');
    expect((await resolveLocalPaths(folder, { environment: xdg })).stateDir).toMatch(/^\/xs\/flows\//);
  });
});

test('a folder that only its owner may enter bars others from all below it', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'inner'));
  chmodSync(folder, 0o755);
  expect(await isTraversableByOthers(join(folder, 'inner'))).toBe(true);
  chmodSync(folder, 0o700);
  expect(await isTraversableByOthers(join(folder, 'inner'))).toBe(false);
});

test('a normal user gets the wanted folder', async () => {
  const wanted = join(temporaryFolder(), 'deep', 'data');
  expect(await reachableFolder(wanted, { isRoot: false })).toBe(wanted);
});

describe.runIf(process.getuid?.() === 0)('reachableFolder as root', () => {
  test('the wanted folder is used where others can reach it', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    expect(await reachableFolder(join(folder, 'data'))).toBe(join(folder, 'data'));
  });

  test('behind a barred parent it is a link to a public place, the same one each time', async () => {
    const wanted = join(temporaryFolder(), 'data');
    const used = await reachableFolder(wanted);
    onTestFinished(() => rmSync(used, { recursive: true }));
    expect(readlinkSync(wanted)).toBe(used);
    expect(await isTraversableByOthers(used)).toBe(true);
    expect(lstatSync(used).uid).toBe(0);
    expect(await reachableFolder(wanted)).toBe(used);
  });
});
