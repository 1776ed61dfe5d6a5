import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkImports } from '../../scripts/check/imports.ts';
import type { PartResult } from '../../scripts/check/part-result.ts';

let result: PartResult;

beforeAll(async () => {
  result = await checkImports(resolve(import.meta.dirname, '../..'));
});

test('every file keeps to the import arrows of its room', () => {
  expect(result.output).toBe('');
  expect(result.ok).toBe(true);
});

test('the import check sees every file, and more imports than files', () => {
  const [, seen, files, imports] = /^(\d+) of (\d+) files seen, (\d+) imports$/.exec(result.note) ?? [];

  expect(Number(seen)).toBeGreaterThan(30);
  expect(seen).toBe(files);
  expect(Number(imports)).toBeGreaterThan(Number(files));
});
