const [module, exportName, options] = process.argv.slice(2);
if (!module || !exportName || !options)
  throw new Error('usage: starter-program.ts <module> <export> <options as JSON>');

const exports = (await import(new URL(`../../../${module}`, import.meta.url).href)) as Record<
  string,
  (options: unknown) => Promise<unknown>
>;
const launcher = exports[exportName];
if (!launcher) throw new Error(`${module} has no export ${exportName}`);

const started = await launcher({ onProgress: () => undefined, ...JSON.parse(options) });
process.stdout.write(`${JSON.stringify(started)}\n`);
setInterval(() => undefined, 60_000);
