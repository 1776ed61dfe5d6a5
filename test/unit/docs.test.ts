import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { createProgram } from '../../client/cli/program.ts';
import { outputStream } from '../support/output-stream.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = (path: string) =>
  readdirSync(join(root, path)).flatMap((name) => (name.endsWith('.md') ? [`${path}/${name}`] : []));
const pages = ['README.md', 'CHANGELOG.md', ...folder('docs'), ...folder('docs/adr')].map((path) => ({
  path,
  text: readFileSync(join(root, path), 'utf8'),
}));
/** It names files of a connector that its reader is about to make. */
const described = pages.filter(({ path }) => path !== 'docs/add-a-connector.md');

it('links only to pages that there are', () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, target = '']) => ({ path, target })),
  );
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter(({ path, target }) => !existsSync(join(root, dirname(path), target)))).toEqual([]);
});

it('names only files and folders that there are', () => {
  const rooms = 'activities|client|connectors|deploy|engine|model|platform|scripts|store|test|worker|workflows';
  const name = new RegExp(`\`((?:${rooms})/[\\w./-]*)\``, 'g');
  const named = described.flatMap(({ path, text }) =>
    [...text.matchAll(name)].map(([, file = '']) => ({ path, file })),
  );
  // What was decided against was never made.
  const missing = named.filter(({ file }) => !existsSync(join(root, file)) && file !== 'test/simulators/');
  expect(named.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

it('tells of no npm script and no flows command that there is not', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const streams = { stdout: outputStream(), stderr: outputStream() };
  const program = createProgram(async () => undefined, streams);
  const text = pages.map((page) => page.text).join('\n');
  const named = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script = '']) => script);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
  const commands = [...text.matchAll(/(?:`flows|flows --|--rm flows) ([a-z]+)(?: ([a-z]+))?/g)];
  expect(commands.length).toBeGreaterThan(20);
  expect(commands.filter(([, name = '', part]) => !isCommand(program, name, part)).map(([whole]) => whole)).toEqual([]);
});

function isCommand(program: Command, name: string, part: string | undefined): boolean {
  const command = program.commands.find((known) => known.name() === name);
  if (!command) return false;
  // What stands behind a command without parts is its argument.
  return command.commands.length === 0 || command.commands.some((known) => known.name() === part);
}
