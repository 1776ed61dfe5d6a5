import type { PartName } from '../../scripts/check/parts.ts';
import type { Files } from './check-fixture.ts';

/** A violation: the files that commit it, and what the part's output must say about it. */
interface Plant {
  readonly title: string;
  readonly files: Files;
  readonly finds: RegExp;
}

/** For each part of the check, what it must refuse. */
export const plants: Readonly<Record<PartName, readonly Plant[]>> = {
  types: [
    {
      title: 'a type error',
      files: { 'model/wrong.ts': `export const count: number = 'one';\n` },
      finds: /model\/wrong\.ts.*TS2322/,
    },
    {
      title: 'an enum',
      files: { 'model/color.ts': `export enum Color {\n  Red,\n}\n` },
      finds: /model\/color\.ts.*TS1294/,
    },
  ],
  lint: [
    {
      title: 'a floating promise',
      files: { 'worker/floating.ts': `import { save } from '../store/records.ts';\n\nsave('one');\n` },
      finds: /worker\/floating\.ts:.*no-floating-promises/,
    },
    {
      title: 'a promise where none is awaited',
      files: {
        'worker/misused.ts': `import { save } from '../store/records.ts';\n\n['one'].forEach(async (name) => {\n  await save(name);\n});\n`,
      },
      finds: /worker\/misused\.ts:.*no-misused-promises/,
    },
    {
      title: 'an any',
      files: { 'model/loose.ts': `export const loose: any = 1;\n` },
      finds: /model\/loose\.ts:.*no-explicit-any/,
    },
    {
      title: 'a @ts-ignore',
      files: { 'model/ignored.ts': `// @ts-ignore\nexport const count: number = 'one';\n` },
      finds: /model\/ignored\.ts:.*ban-ts-comment/,
    },
    {
      title: 'a default export',
      files: { 'model/unnamed.ts': `export default 1;\n` },
      finds: /model\/unnamed\.ts:.*no-default-export/,
    },
    {
      title: 'a function of 71 lines',
      files: { 'scripts/long.ts': `export function long(): void {\n${lines(69)}}\n` },
      finds: /scripts\/long\.ts:.*max-lines-per-function/,
    },
    {
      title: 'a console call in a room',
      files: { 'store/chatty.ts': `console.log('saved');\n` },
      finds: /store\/chatty\.ts:.*no-console/,
    },
    {
      title: 'a read of process.env outside of platform/config',
      files: { 'store/settings.ts': `export const url = process.env['DATABASE_URL'];\n` },
      finds: /store\/settings\.ts:.*no-process-env/,
    },
    {
      title: 'a workflow that takes a value from model',
      files: {
        'workflows/value.ts': `import { label } from '../model/label.ts';\n\nexport const name = label('x');\n`,
      },
      finds: /workflows\/value\.ts:.*no-restricted-imports/,
    },
    {
      title: 'a workflow that uses a global of Node',
      files: { 'workflows/global.ts': `export const pid = process.pid;\n` },
      finds: /workflows\/global\.ts:.*no-restricted-globals/,
    },
    {
      title: 'an import hidden in a type',
      files: { 'connectors/alpha/hidden.ts': `export type Save = typeof import('../../store/records.ts').save;\n` },
      finds: /connectors\/alpha\/hidden\.ts:.*consistent-type-imports/,
    },
  ],
  format: [
    {
      title: 'a bad format',
      files: { 'model/quotes.ts': `export const quotes = "double"\n` },
      finds: /model\/quotes\.ts format/,
    },
  ],
  imports: [
    {
      title: 'a workflow that imports the store',
      files: { 'workflows/store.ts': `import { save } from '../store/records.ts';\n\nexport const write = save;\n` },
      finds: /workflows\/store\.ts → store\/records\.ts\n {2}room-workflows/,
    },
    {
      title: 'a workflow that imports a type of the store',
      files: {
        'workflows/type.ts': `import type { save } from '../store/records.ts';\n\nexport type Save = typeof save;\n`,
      },
      finds: /workflows\/type\.ts → store\/records\.ts\n {2}room-workflows/,
    },
    {
      title: 'a workflow that imports a Node built-in',
      files: { 'workflows/file.ts': `import { readFileSync } from 'node:fs';\n\nexport const read = readFileSync;\n` },
      finds: /workflows\/file\.ts → fs\n {2}workflow-packages/,
    },
    {
      title: 'a connector that imports another connector',
      files: { 'connectors/beta/other.ts': `export { alpha } from '../alpha/connector.ts';\n` },
      finds: /connectors\/beta\/other\.ts → connectors\/alpha\/connector\.ts\n {2}connector-stands-alone/,
    },
    {
      title: 'a connector that imports Temporal',
      files: { 'connectors/beta/sleepy.ts': `export { log } from '@temporalio/activity';\n` },
      finds: /connectors\/beta\/sleepy\.ts → .*\n {2}no-temporal-in-model-and-connectors/,
    },
    {
      title: 'a store that imports an activity',
      files: { 'store/upward.ts': `export { activities } from '../activities/index.ts';\n` },
      finds: /store\/upward\.ts → activities\/index\.ts\n {2}room-store/,
    },
    {
      title: 'a platform that imports more of model than its errors',
      files: { 'platform/names.ts': `export { label } from '../model/label.ts';\n` },
      finds: /platform\/names\.ts → model\/label\.ts\n {2}room-platform/,
    },
    {
      title: 'an import of api/',
      files: {
        'api/route.ts': `export const route = 1;\n`,
        'worker/serve.ts': `export { route } from '../api/route.ts';\n`,
      },
      finds: /worker\/serve\.ts → api\/route\.ts\n {2}no-import-of-api-or-dashboard/,
    },
    {
      title: 'a circle',
      files: {
        'model/a.ts': `export { b } from './b.ts';\n`,
        'model/b.ts': `import './a.ts';\n\nexport const b = 1;\n`,
      },
      finds: /model\/a\.ts → .*model\/b\.ts.*\n {2}no-circular/,
    },
    {
      title: 'an import that leads nowhere',
      files: { 'model/lost.ts': `export { gone } from './gone.ts';\n` },
      finds: /model\/lost\.ts → \.\/gone\.ts\n {2}no-unresolved/,
    },
    {
      title: 'a room without arrows',
      files: { 'helpers/misc.ts': `export { label } from '../model/label.ts';\n` },
      finds: /helpers\/misc\.ts → model\/label\.ts\n {2}unknown-room/,
    },
  ],
  sizes: [
    {
      title: 'a file of 501 lines',
      files: { 'scripts/tall.ts': lines(501) },
      finds: /scripts\/tall\.ts: 501 lines/,
    },
  ],
  unused: [
    {
      title: 'an export that nothing uses',
      files: { 'model/errors/codes.ts': `export const locked = 'locked';\nexport const lonely = 'lonely';\n` },
      finds: /lonely.*model\/errors\/codes\.ts/,
    },
    {
      title: 'a file that nothing imports',
      files: { 'store/orphan.ts': `export const orphan = 1;\n` },
      finds: /Unused files[\s\S]*store\/orphan\.ts/,
    },
  ],
};

/** So many statements, each on a line of its own. */
export function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `  console.log(${index});\n`).join('');
}
