import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarios } from '../../platform/local/sandbox-erp/fault-scenarios.ts';
import { resourceNames } from '../../platform/local/sandbox-erp/records/resource.ts';
import { type SandboxClient, startSandboxClient } from '../support/sandbox-erp-client.ts';

const readme = readFileSync(new URL('../../platform/local/sandbox-erp/README.md', import.meta.url), 'utf8');

function exampleOf(resource: string): Record<string, unknown> {
  const block = new RegExp(`\`\`\`json ${resource}\n([^]*?)\n\`\`\``).exec(readme)?.[1] ?? '{}';
  return JSON.parse(block) as Record<string, unknown>;
}

describe('the wire document of the sandbox ERP', () => {
  let client: SandboxClient;
  beforeAll(async () => {
    client = await startSandboxClient({ records: 500 });
  });
  afterAll(() => client.erp.close());

  it.each(resourceNames)('shows a record of %s as it is served', async (resource) => {
    const example = exampleOf(resource);
    const served = JSON.parse(
      (await client.raw('GET', `/${resource}/${String(example['Id'])}`)).body.toString(),
    ) as object;
    const lines = 'Lines' in served && Array.isArray(served.Lines) ? { Lines: served.Lines.slice(0, 1) } : {};
    expect(example).toEqual({ ...served, ...lines });
    expect(Object.keys(example)).toEqual(Object.keys(served));
  });

  it('shows the system as it is served', async () => {
    const block = /```json\n(\{\n {2}"Name": [^]*?)\n```/.exec(readme)?.[1] ?? '{}';
    const served = JSON.parse((await client.raw('GET', '/system')).body.toString()) as object;
    expect(JSON.parse(block)).toEqual(served);
  });

  it('names every scripted fault', () => {
    const named = [...readme.matchAll(/^\| `(\w+)` \| (?:any|data|page|control writes|–) \|/gm)].map(
      (match) => match[1],
    );
    expect(new Set(named)).toEqual(new Set(Object.keys(scenarios)));
  });
});
