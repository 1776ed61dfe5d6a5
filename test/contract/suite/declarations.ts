import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Connector } from '../../../connectors/connector.ts';
import { transportSettings } from '../../../connectors/http/transport-settings.ts';
import { connectors } from '../../../connectors/registry.ts';
import {
  declarationOf,
  declaredEntities,
  entityOfFixtures,
  fixtureFiles,
  fixturesOf,
  folderOf,
} from './connector-files.ts';

const planted = 'pl4nted-s3cret';
const pageSizeMax = 10_000;

/** What a connector declares is complete and fits together. */
export function testDeclarations(connector: Connector): void {
  test('the system is kebab-case and names its folder and its line in the registry', () => {
    expect(connector.system).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(connectors[connector.system]).toBe(connector);
    expect(existsSync(join(folderOf(connector), 'index.ts'))).toBe(true);
  });

  test('it has a title and a README with its wire facts, rights and limits', () => {
    expect(connector.title).not.toBe('');
    expect(existsSync(join(folderOf(connector), 'README.md'))).toBe(true);
  });

  testSchemas(connector);

  test.each(declaredEntities(connector))('%s declares orders, overlap and page size that fit together', (entity) => {
    const { snapshot, changed, deletes, pageSize = 1 } = declarationOf(connector, entity);
    expect(['id', 'continuation']).toContain(snapshot.order);
    expect(['feed', 'flag', 'scan']).toContain(deletes);
    expect(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= pageSizeMax).toBe(true);
    if (!changed) return;
    expect(['stamp_id', 'id', 'continuation']).toContain(changed.order);
    expect(changed.granularityMs).toBeGreaterThan(0);
    expect(changed.overlapMs).toBeGreaterThanOrEqual(2 * changed.granularityMs);
    if (changed.order !== 'stamp_id') return;
    const stamps = fixturesOf(connector, entity).map(
      ({ remote }) => declarationOf(connector, entity).identify(remote).stamp,
    );
    expect(stamps, 'pages by stamp need a stamp on every record').not.toContain(null);
  });

  test('there are fixtures for each declared entity and no other, each with what it must give', () => {
    const declared = declaredEntities(connector);
    expect(new Set(fixtureFiles(connector).map(entityOfFixtures))).toEqual(new Set(declared));
    for (const entity of declared) {
      const fixtures = fixturesOf(connector, entity);
      expect(fixtures, entity).not.toEqual([]);
      for (const fixture of fixtures) {
        const expected = {
          case: expect.any(String),
          remote: {},
          identity: { remoteId: expect.any(String) },
          unified: {},
        };
        expect(fixture, `${entity} fixture`).toMatchObject(expected);
      }
    }
  });
}

function testSchemas(connector: Connector): void {
  test('its settings hold every transport setting', () => {
    const names = Object.keys(transportSettings.shape);
    const parsed = connector.settings.safeParse(Object.fromEntries(names.map((name) => [name, {}])));
    expect(parsed.error?.issues.map(({ path }) => path[0])).toEqual(expect.arrayContaining(names));
  });

  test('its settings and credentials refuse unknown keys', () => {
    for (const schema of [connector.settings, connector.credentials]) {
      const { error } = schema.safeParse({ url: 'http://erp.example.com', unheard_of: planted });
      expect(error?.issues).toContainEqual(
        expect.objectContaining({ code: 'unrecognized_keys', keys: expect.arrayContaining(['unheard_of']) }),
      );
    }
  });

  test('its credentials refuse nothing and empty texts', () => {
    const { error } = connector.credentials.safeParse({});
    const names = (error?.issues ?? []).map(({ path }) => String(path[0]));
    expect(names).not.toEqual([]);
    const empty = connector.credentials.safeParse(Object.fromEntries(names.map((name) => [name, ''])));
    expect(empty.error?.issues.map(({ path }) => path[0])).toEqual(names);
  });

  test('a refused setting or credential is not quoted in the message', () => {
    const settings = connector.settings.safeParse({ url: `http://u:${planted}@h`, tls_ca_pem: [planted] });
    const credentials = connector.credentials.safeParse({ unheard_of: planted });
    expect(settings.success || credentials.success).toBe(false);
    expect(`${settings.error?.message} ${credentials.error?.message}`).not.toContain(planted);
  });
}
