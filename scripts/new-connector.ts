import { generateConnector } from './new-connector/generate.ts';

/** `npm run new:connector <system>`: makes a connector to start from, and says what comes next. */
async function main(names: readonly string[]): Promise<void> {
  const [system] = names;
  if (system === undefined || names.length > 1) {
    console.error('Name one system: npm run new:connector sap-s4hana');
    process.exitCode = 2;
    return;
  }
  try {
    const paths = await generateConnector(system);
    console.log([...paths.map((path) => `made ${path}`), '', ...nextSteps(system)].join('\n'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function nextSteps(system: string): string[] {
  return [
    'Next (docs/add-a-connector.md says more):',
    `1. Write the facts of the system, with their sources, into connectors/${system}/README.md.`,
    `2. Make session.ts, errors.ts and vendor.ts true, and put real records into fixtures/.`,
    `3. Run part 1:  npm test -- test/contract/${system}.test.ts -t "part 1"`,
    `4. Make test/contract/harnesses/${system}.ts start the system, and run part 2 with it.`,
    '5. Add the other entities: a file, a line in index.ts, a fixture file each.',
    '6. npm run check',
  ];
}

await main(process.argv.slice(2));
