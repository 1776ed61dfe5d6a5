import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../../client/cli/program.ts';
import { environmentSchema } from '../../platform/config/config.ts';
import { searchAttributeNames } from '../../workflows/contract.ts';
import { type ComposeService, readCompose, schemaProblems } from '../support/compose/compose-file.ts';
import { outputStream } from '../support/output-stream.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const compose = readCompose(join(root, 'docker-compose.yml'));
const services = Object.entries(compose.file.services);
const ours = services.filter(([, { build }]) => build !== undefined);

/** The ports on which what we do not build listens, as its image documents them. */
const portsOfImages: Readonly<Record<string, number>> = {
  postgres: 5432,
  'temporalio/server': 7233,
  'temporalio/ui': 8080,
};
const imageName = ({ image }: ComposeService) => image.slice(0, image.lastIndexOf(':'));

describe('docker-compose.yml', () => {
  it('is valid by the schema of the Compose Specification, which refuses a key that it does not know', () => {
    expect(schemaProblems(compose.file)).toEqual([]);
    expect(schemaProblems({ services: { worker: { imagge: 'flows' } } })).not.toEqual([]);
  });

  it('pins each image to one release, our own to the version of the package', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const [name, { image }] of services) expect([name, image]).toEqual([name, expect.stringMatching(/:\d+\.\d+/)]);
    for (const [, { image }] of ours) expect(image).toBe(`flows:${version}`);
  });

  it('runs only commands that the flows command has', () => {
    const streams = { stdout: outputStream(), stderr: outputStream() };
    const known = createProgram(async () => undefined, streams).commands.map((command) => command.name());
    const inHealthchecks = ours.flatMap(([, { healthcheck }]) => {
      const [, , program, name] = healthcheck?.test ?? [];
      return program === 'dist/client/cli/main.js' ? [name] : [];
    });
    const used = [...ours.map(([, { command }]) => command?.[0]), ...inHealthchecks];
    expect(used).toEqual(expect.arrayContaining(['migrate', 'worker', 'doctor']));
    expect(known).toEqual(expect.arrayContaining(used));
  });

  it('gives our services only variables that Flows reads', () => {
    const known = Object.keys(environmentSchema.shape).flatMap((name) => [name, `${name}_FILE`]);
    const given = ours.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    expect(given.length).toBeGreaterThan(0);
    expect(known).toEqual(expect.arrayContaining(given));
  });

  it('hands the worker every variable that bounds its work', () => {
    const given = Object.keys(compose.file.services['worker']?.environment ?? {}).map((name) =>
      name.replace(/_FILE$/, ''),
    );
    expect(given).toEqual(expect.arrayContaining(Object.keys(environmentSchema.shape)));
  });

  it('puts passwords and keys of our services in files, and has no value for one', () => {
    for (const [name, { environment = {}, secrets = [] }] of services) {
      const files = Object.values(environment).filter((value) => String(value).startsWith('/run/secrets/'));
      expect([name, files]).toEqual([name, secrets.map((secret) => `/run/secrets/${secret}`)]);
    }
    for (const [, { environment = {} }] of services) {
      const secret = Object.entries(environment).filter(([name]) => /PASSWORD$|PWD$|KEY$/.test(name));
      for (const [, value] of secret) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    }
    for (const [, { secrets = [] }] of services)
      expect(Object.keys(compose.file.secrets)).toEqual(expect.arrayContaining([...secrets]));
  });

  it('asks .env for nothing that .env.example lacks', () => {
    const example = read('.env.example');
    const inText = [...compose.text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    const asked = [...inText, ...Object.values(compose.file.secrets).map(({ environment }) => environment)];
    expect(asked.filter((name) => !new RegExp(`^#?${name}=`, 'm').test(example))).toEqual([]);
  });

  it('names only servers of its own, at the ports on which they listen', () => {
    const addresses = services.flatMap(([, { environment = {} }]) =>
      Object.values(environment).flatMap((value) => [...String(value).matchAll(/^([a-z-]+):(\d+)$/g)]),
    );
    expect(addresses.length).toBeGreaterThan(0);
    for (const [text, host = '', port] of addresses) {
      const service = compose.file.services[host];
      expect([text, service && portsOfImages[imageName(service)]]).toEqual([text, Number(port)]);
    }
  });

  it('publishes no port but the Web UI, to this machine only', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['temporal-ui 127.0.0.1:8080:8080']);
  });

  it('mounts only files and volumes that there are', () => {
    const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    const isThere = (source: string) =>
      source.startsWith('./') ? existsSync(join(root, source)) : source in compose.file.volumes;
    expect(mounts.length).toBeGreaterThan(0);
    expect(mounts.filter((source) => !isThere(source))).toEqual([]);
    const used = services.flatMap(([, { entrypoint = [], environment = {} }]) => [
      ...entrypoint,
      ...Object.values(environment),
    ]);
    const files = used.map(String).filter((text) => text.startsWith('/deploy/'));
    expect(files).toHaveLength(3);
    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('starts the worker after the schema and the namespace are there, and Temporal after its own schema', () => {
    const { worker, temporal } = compose.file.services;
    const completed = { condition: 'service_completed_successfully' };
    expect(worker?.depends_on).toEqual({ migrate: completed, 'temporal-namespace': completed });
    expect(temporal?.depends_on).toEqual({ 'temporal-schema': completed });
    expect(temporal?.environment?.['NUM_HISTORY_SHARDS']).toBe(512);
  });
});

describe('what Temporal is set up with', () => {
  const script = read('deploy/temporal-namespace.sh');

  it('makes every search attribute of the workflows, and no other', () => {
    const [, names = ''] = /^attributes='([^']*)'$/m.exec(script) ?? [];
    expect(names.split(' ')).toEqual([...searchAttributeNames]);
  });

  it('keeps histories for 30 days', () => {
    expect(script).toContain('--retention 30d');
  });

  it('switches on fairness between connections', () => {
    expect(parse(read('deploy/temporal-dynamic-config.yaml'))).toEqual({
      'matching.useNewMatcher': [{ value: true }],
      'matching.enableFairness': [{ value: true }],
    });
  });
});

describe('the image', () => {
  const lines = read('Dockerfile').split('\n');
  const instructions = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).split(' '));

  it('copies only what there is and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    const copied = instructions('COPY')
      .filter(([first]) => !first?.startsWith('--from'))
      .flatMap((words) => words.slice(0, -1));
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((path) => !existsSync(join(root, path)) || !allowed.includes(path))).toEqual([]);
  });

  it('builds with a script that there is, and starts what that builds', () => {
    expect(instructions('RUN')).toContainEqual(['node', '--import', 'tsx', 'scripts/build.ts']);
    expect(existsSync(join(root, 'scripts/build.ts'))).toBe(true);
    const { files } = JSON.parse(read('tsconfig.build.json')) as { files: readonly string[] };
    expect(lines).toContain('ENTRYPOINT ["node", "--max-semi-space-size=32", "dist/client/cli/main.js"]');
    expect(files).toContain('client/cli/main.ts');
  });

  it('comes from one pinned release, and does not run as root', () => {
    for (const [image] of instructions('FROM')) expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
    expect(instructions('USER')).toEqual([['node']]);
  });
});
