import { exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import { renderTable } from '../table.ts';
import { check, type Finding } from './check.ts';
import { checkStore } from './check-store.ts';
import { checkSystems } from './check-systems.ts';
import { checkTemporal } from './check-temporal.ts';

const oldestNode = [20, 19] as const;

/** Looks at everything that Flows needs and says how to repair what is wrong. Ends with 1 when something is. */
export async function runDoctor(session: Session, options: { systems: boolean }): Promise<void> {
  const findings: Finding[] = [await checkNode(process.versions.node)];
  const servers = await check('servers', 'Run "npm start", or set DATABASE_URL and TEMPORAL_ADDRESS.', async () => {
    const { addresses } = await session.context();
    return addresses.temporalAddress === null
      ? 'named by the environment'
      : 'of the local stack, where the environment names none';
  });
  findings.push(servers);
  if (servers.state === 'ok') {
    const context = await session.context();
    findings.push(...(await checkStore(context, session.nowMs)), ...(await checkTemporal(context)));
    if (options.systems) findings.push(...(await checkSystems(context, session.interrupt())));
  }
  const ok = findings.every(({ state }) => state !== 'failed');
  session.exitCode = ok ? exitCodes.ok : exitCodes.failed;
  session.output.result({ ok, findings }, (colors) => {
    const rows = findings.map(({ name, state, detail, hint }) => [
      { text: state, style: styles[state] },
      name,
      state === 'ok' || hint === undefined ? detail : `${detail} → ${hint}`,
    ]);
    return renderTable(colors, ['', '', ''], rows);
  });
}

const styles = { ok: 'good', failed: 'bad', unknown: 'warning' } as const;

/** Whether a version of Node.js, like `20.19.1`, is new enough. */
function checkNode(version: string): Promise<Finding> {
  return check('Node.js', `Install Node.js ${oldestNode.join('.')} or newer.`, async () => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]))
      throw new Error(`${version} is too old`);
    return version;
  });
}
