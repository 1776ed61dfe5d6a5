import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { environmentSchema } from '../../platform/config/config.ts';
import { readCompose } from '../support/compose/compose-file.ts';

const root = resolve(import.meta.dirname, '../..');
const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n');
const shown = new Map(
  lines.flatMap((line) => {
    const [, name, value] = /^#?([A-Z][A-Z_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value ?? ''] as const];
  }),
);

it('shows every variable that Flows reads', () => {
  expect([...shown.keys()]).toEqual(expect.arrayContaining(Object.keys(environmentSchema.shape)));
});

it('shows no variable that nobody reads', () => {
  const { text, file } = readCompose(join(root, 'docker-compose.yml'));
  const ofCompose = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  const ofSecrets = Object.values(file.secrets).map(({ environment }) => environment);
  const temporal = temporalClientSource();
  const isRead = (name: string) =>
    name in environmentSchema.shape ||
    ofCompose.includes(name) ||
    ofSecrets.includes(name) ||
    (name.startsWith('TEMPORAL_') && new RegExp(`\\b${name}\\b`).test(temporal));
  expect([...shown.keys()].filter((name) => !isRead(name))).toEqual([]);
});

it('shows the defaults as they are', () => {
  const defaults = environmentSchema.parse({});
  for (const [name, value] of Object.entries(defaults)) expect([name, shown.get(name)]).toEqual([name, String(value)]);
});

it('holds no password and no key', () => {
  const secrets = [...shown].filter(([name]) => /PASSWORD|KEY$/.test(name));
  expect(secrets.length).toBeGreaterThan(0);
  for (const [name, value] of secrets) expect([name, value]).toEqual([name, expect.stringMatching(/^(<.*>)?$/)]);
});

/** Temporal's client reads its own variables; this is the file that does. */
function temporalClientSource(): string {
  const entry = createRequire(import.meta.url).resolve('@temporalio/envconfig');
  return readFileSync(join(dirname(entry), 'envconfig-toml.js'), 'utf8');
}
