import { z } from 'zod';
import type { Connector } from '../../connectors/connector.ts';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { promptHidden } from './prompt.ts';
import { parseJsonObject, readJsonInput } from './read-input.ts';
import type { Session } from './session.ts';

export interface SettingsOptions {
  readonly settingsFile?: string;
  /** `key=value` texts; they win over the file. */
  readonly set: readonly string[];
}

/** The settings of a connection from a file and from `--set`; the connector's schema says which values are numbers. */
export async function readSettings(
  connector: Connector,
  options: SettingsOptions,
  stdin: NodeJS.ReadStream,
): Promise<JsonObject> {
  const fromFile =
    options.settingsFile === undefined ? {} : await readJsonInput(options.settingsFile, { stdin, what: 'settings' });
  const types = typesOf(connector.settings);
  const given = options.set.map((text) => {
    const split = text.indexOf('=');
    if (split < 1) throw new FlowsError('invalid_request', `"--set ${text}" is not of the form key=value.`);
    const key = text.slice(0, split);
    return [key, toSetting(text.slice(split + 1), types.get(key))] as const;
  });
  return { ...fromFile, ...Object.fromEntries(given) };
}

/**
 * The secrets of a connection: from a file (`-` is standard input), else from FLOWS_CREDENTIALS, else asked for on a
 * terminal without showing them. Never from arguments, which other users of the machine can read.
 */
export async function readCredentials(
  connector: Connector,
  file: string | undefined,
  session: Session,
): Promise<JsonObject> {
  if (file !== undefined) return readJsonInput(file, { stdin: session.stdin, what: 'credentials' });
  const fromEnvironment = session.environment['FLOWS_CREDENTIALS'];
  if (fromEnvironment) return parseJsonObject(fromEnvironment, 'credentials in FLOWS_CREDENTIALS');
  const names = [...typesOf(connector.credentials).keys()];
  if (session.stdin.isTTY !== true) {
    throw new FlowsError(
      'invalid_request',
      `No credentials were given. Give ${names.join(' and ')} as JSON with --credentials-file <file>, with --credentials-file - on standard input, or in FLOWS_CREDENTIALS.`,
    );
  }
  const credentials: JsonObject = {};
  for (const name of names) {
    credentials[name] = await promptHidden(`${connector.title} ${name.replaceAll('_', ' ')}: `, {
      input: session.stdin,
      output: session.stderr,
    });
  }
  return credentials;
}

/** The names of a schema's fields with their JSON types. */
function typesOf(schema: z.ZodType): ReadonlyMap<string, string | undefined> {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return new Map(
    Object.entries(properties ?? {}).map(([name, property]) => [
      name,
      isJsonObject(property) && typeof property['type'] === 'string' ? property['type'] : undefined,
    ]),
  );
}

function toSetting(text: string, type: string | undefined): Json {
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
