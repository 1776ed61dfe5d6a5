import { expect } from 'vitest';
import type { Connector, Session } from '../../../connectors/connector.ts';
import { FlowsError } from '../../../model/errors/flows-error.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { RunningSystem, SystemHarness } from './harness.ts';

/** A connector on a running system, behind a proxy that counts and breaks what goes between them. */
export interface Subject {
  readonly connector: Connector;
  readonly system: RunningSystem;
  readonly proxy: FaultProxy;
  /** What `check` found with the good credentials. */
  readonly profile: JsonObject;
  /** A session, closed after the test. */
  open(options?: { credentials?: object; settings?: { readonly [key: string]: Json } }): Session;
  /** The error that a call fails with; it must be one of ours, and neither it nor its causes may hold a secret. */
  failureOf(call: Promise<unknown>): Promise<FlowsError>;
  expectNoSecretIn(text: string): void;
  /** After a test: sessions closed, faults gone. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/** Not all of credentials is secret: these may be named in a message. */
const publicKeys: readonly string[] = ['user', 'username', 'client_id', 'account'];

export async function startSubject(connector: Connector, harness: SystemHarness): Promise<Subject> {
  const system = await harness.start();
  const proxy = await startFaultProxy(system.settings.url);
  const secrets = [...secretsIn(system.credentials), ...secretsIn(system.wrongCredentials)];
  const sessions: Session[] = [];
  let profile: JsonObject = {};

  function open({ credentials = system.credentials, settings = {} }: Parameters<Subject['open']>[0] = {}): Session {
    const parsed = connector.settings.parse({ ...system.settings, url: proxy.url, ...settings });
    const session = connector.open({ settings: parsed, credentials, profile });
    sessions.push(session);
    return session;
  }

  function expectNoSecretIn(text: string): void {
    for (const secret of secrets) expect(text).not.toContain(secret);
  }

  async function settle(): Promise<void> {
    proxy.heal();
    for (const session of sessions.splice(0)) await session.close();
  }

  const subject = {
    connector,
    system,
    proxy,
    get profile() {
      return profile;
    },
    open,
    expectNoSecretIn,
    settle,
    async failureOf(call: Promise<unknown>) {
      const error = await call.then(
        () => new Error('the call succeeded'),
        (reason: unknown) => reason,
      );
      if (!(error instanceof FlowsError)) throw new Error(`should fail with one of our errors: ${String(error)}`);
      for (let part: unknown = error; part instanceof Error; part = part.cause) {
        expectNoSecretIn(`${part.message} ${JSON.stringify(part)}`);
      }
      return error;
    },
    async stop() {
      await settle();
      await proxy.close();
      await system.stop();
    },
  };
  profile = (await open().check(new AbortController().signal)).profile;
  await settle();
  return subject;
}

function secretsIn(credentials: object): string[] {
  return Object.entries(credentials).flatMap(([key, value]) =>
    typeof value === 'string' && !publicKeys.includes(key) ? [value] : [],
  );
}
