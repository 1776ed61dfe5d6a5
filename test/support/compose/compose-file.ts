import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

/** The parts of a Compose file that the tests look at, with anchors and merges resolved; `${…}` stays as it is written. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly environment: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** A Compose file as text and as it is understood. */
export function readCompose(path: string): { readonly text: string; readonly file: ComposeFile } {
  const text = readFileSync(path, 'utf8');
  return { text, file: parse(text, { merge: true }) as ComposeFile };
}

/** What the schema of the Compose Specification says against a document; nothing when it is valid. */
export function schemaProblems(document: unknown): string[] {
  const { $schema: _draft7, ...schema } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'compose-spec.json'), 'utf8'),
  ) as Record<string, unknown>;
  // Its formats (ports, duration, …) are its own and nowhere defined, so they are not checked.
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message ?? ''}`);
}
