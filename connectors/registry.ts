import { FlowsError } from '../model/errors/flows-error.ts';
import type { Connector } from './connector.ts';
import { sandbox } from './sandbox/index.ts';
import { tryton } from './tryton/index.ts';

/** The connectors, by system. A new one is its folder and one line here. */
export const connectors: Readonly<Record<string, Connector>> = {
  [sandbox.system]: sandbox,
  [tryton.system]: tryton,
};

/** The connector of a system. Throws `invalid_request` naming the systems that exist. */
export function connectorFor(system: string): Connector {
  const connector = Object.hasOwn(connectors, system) ? connectors[system] : undefined;
  if (connector) return connector;
  const known = Object.keys(connectors).join(', ');
  throw new FlowsError('invalid_request', `There is no connector for the system "${system}". Use one of: ${known}.`);
}
