import { listConnections } from '../../../store/connections.ts';
import { testConnection } from '../../operations/test-connection.ts';
import type { Context } from '../context.ts';
import { check, type Finding } from './check.ts';

/** Logs in to the system of each connection that is in use. */
export async function checkSystems({ services, secretBox }: Context, signal: AbortSignal): Promise<Finding[]> {
  const box = await secretBox();
  const connections = await listConnections(services.database, { includeRemoved: false });
  const findings: Finding[] = [];
  for (const { id, name } of connections.filter(({ lifecycle }) => lifecycle === 'active')) {
    const finding = await check(`system of "${name}"`, `See "flows connections test ${name}".`, async () => {
      const { system_version, is_same_account } = await testConnection(
        { database: services.database, secretBox: box },
        { connection: id, signal },
      );
      if (!is_same_account)
        throw new Error('it answers for another account than the one that the connection was made for');
      return `version ${system_version}`;
    });
    findings.push(finding);
  }
  return findings;
}
