import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/local/temporary-folder.ts';
import { runCli } from '../support/run-cli.ts';

/** No server is named, and no local stack runs in an empty folder. */
const nothingRuns = () => ({ FLOWS_HOME: temporaryFolder(), FLOWS_CACHE_DIR: temporaryFolder() });

describe('the flows command', () => {
  it('shows its commands and ends well', async () => {
    const { exitCode, stdout } = await runCli(['--help'], { environment: {} });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('connect [options] <system>');
  });

  it.each([
    [['bogus']],
    [['sync']],
    [['sync', 'erp', '--mode', 'sideways']],
    [['records', 'list', 'erp', 'item', '--limit', 'x']],
  ])('ends %j with 2', async (argv) => {
    const { exitCode, stderr } = await runCli(argv, { environment: {} });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: /);
  });

  it('says how to get servers where there are none', async () => {
    const { exitCode, stdout, stderr } = await runCli(['status', '--json'], { environment: nothingRuns() });
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'configuration_invalid' } });
    expect(stderr).toContain('Run "npm start" in another terminal, or set DATABASE_URL and TEMPORAL_ADDRESS.');
  });

  it('ends with 75 when Postgres does not answer', async () => {
    const environment = { ...nothingRuns(), DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const { exitCode, stderr } = await runCli(['connections', 'list'], { environment });
    expect(exitCode).toBe(75);
    expect(stderr).toContain('error (store_unavailable):');
  });

  it('names the secrets that are missing, without a terminal to ask at', async () => {
    const { exitCode, stderr } = await runCli(['connect', 'sandbox', '--name', 'erp'], { environment: nothingRuns() });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Give user and password as JSON with --credentials-file <file>');
  });

  it('shows nothing of credentials that are no JSON', async () => {
    const environment = { ...nothingRuns(), FLOWS_CREDENTIALS: '{"password": "hunter2"' };
    const fromEnvironment = await runCli(['connect', 'sandbox', '--name', 'erp'], { environment });
    const file = join(temporaryFolder(), 'credentials.json');
    writeFileSync(file, 'hunter2');
    const fromFile = await runCli(['connect', 'sandbox', '--name', 'erp', '--credentials-file', file], { environment });
    for (const { exitCode, stdout, stderr } of [fromEnvironment, fromFile]) {
      expect(exitCode).toBe(2);
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  it('asks before a reset, and without a terminal does nothing', async () => {
    const { exitCode, stderr } = await runCli(['reset'], { environment: nothingRuns() });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Give --yes to do it without being asked.');
  });
});
