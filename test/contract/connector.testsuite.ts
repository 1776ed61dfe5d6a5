import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Connector } from '../../connectors/connector.ts';
import { declaredEntities } from './suite/connector-files.ts';
import { testChanges } from './suite/changes.ts';
import { testDeclarations } from './suite/declarations.ts';
import { testErrors } from './suite/errors.ts';
import { testFixtures } from './suite/fixtures.ts';
import type { SystemHarness } from './suite/harness.ts';
import { testHostileRecords } from './suite/hostile-records.ts';
import { testPasses } from './suite/passes.ts';
import { testSessions } from './suite/sessions.ts';
import { testStamps } from './suite/stamps.ts';
import { type Subject, startSubject } from './suite/subject.ts';

/** A real system on a busy machine takes its time; tests wait for facts, not for times. */
const testTimeoutMs = 180_000;

/**
 * Part 1 of what a connector promises (`connectors/connector.ts`), as far as its declarations, pure functions and fixtures
 * can show it: no server, no network.
 */
export function describeConnector(connector: Connector): void {
  describe(`${connector.system}, part 1`, () => {
    describe('declarations', () => testDeclarations(connector));
    describe('stamps', () => testStamps(connector));
    describe.each(declaredEntities(connector))('%s fixtures', (entity) => testFixtures(connector, entity));
    describe.each(declaredEntities(connector))('hostile %s records', (entity) => testHostileRecords(connector, entity));
  });
}

/**
 * Part 2: what only a server can show. All traffic goes through a proxy that counts and breaks it, so the errors of the
 * way need no help of the system.
 */
export function describeRunningSystem(connector: Connector, harness: SystemHarness): void {
  describe(`${connector.system}, part 2`, { timeout: testTimeoutMs }, () => {
    let subject: Subject | undefined;
    const current = (): Subject => {
      if (!subject) throw new Error(`The ${connector.system} of the harness did not start.`);
      return subject;
    };

    beforeAll(async () => {
      subject = await startSubject(connector, harness);
    }, harness.startTimeoutMs);
    afterEach(() => subject?.settle());
    afterAll(() => subject?.stop(), harness.startTimeoutMs);

    describe('sessions', () => testSessions(current, harness));
    describe.each(declaredEntities(connector))('reading %s', (entity) => testPasses(current, { connector, entity }));
    describe.each(declaredEntities(connector))('changes of %s', (entity) =>
      testChanges(current, { connector, harness, entity }),
    );
    describe('errors', () => testErrors(current));
  });
}
