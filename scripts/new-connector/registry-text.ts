const importLine = /^import \{ \w+ \} from '\.\/([a-z0-9-]+)\/index\.ts';$/;
const entryLine = /^ {2}\[(\w+)\.system\]: \w+,$/;

/** The name of a system's connector in code: `sap-s4hana` is `sapS4hana`. */
export function identifierOf(system: string): string {
  return system.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The text of `connectors/registry.ts` with a system's import and line added, each in its alphabetical place. */
export function addToRegistry(text: string, system: string): string {
  const name = identifierOf(system);
  const imported = insertSorted(text.split('\n'), `import { ${name} } from './${system}/index.ts';`, importLine);
  return insertSorted(imported, `  [${name}.system]: ${name},`, entryLine).join('\n');
}

/** Puts a line before the first of its kind that comes later in the alphabet, else behind the last of its kind. */
function insertSorted(lines: readonly string[], line: string, kind: RegExp): string[] {
  const keyOf = (text: string): string | undefined => kind.exec(text)?.[1];
  const key = keyOf(line) ?? '';
  const later = lines.findIndex((text) => (keyOf(text) ?? '') > key);
  const last = lines.findLastIndex((text) => keyOf(text) !== undefined);
  if (last === -1) {
    throw new Error(
      `connectors/registry.ts has another form than before: add the line "${line.trim()}" by hand, and change this script.`,
    );
  }
  return lines.toSpliced(later === -1 ? last + 1 : later, 0, line);
}
