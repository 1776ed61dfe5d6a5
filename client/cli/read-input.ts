import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { FlowsError } from '../../model/errors/flows-error.ts';
import { isJsonObject, type JsonObject } from '../../model/json.ts';

/** A JSON object from a file, or from standard input for `-`. What stands in it is in no error. Throws `invalid_request`. */
export async function readJsonInput(
  file: string,
  options: { stdin: NodeJS.ReadStream; what: string },
): Promise<JsonObject> {
  const text = file === '-' ? await readAll(options.stdin) : await readText(file, options.what);
  return parseJsonObject(text, `${options.what} in ${file === '-' ? 'standard input' : file}`);
}

/** A text as a JSON object. Throws `invalid_request` naming `what`, and nothing of the text. */
export function parseJsonObject(text: string, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isJsonObject(value)) return value;
  throw new FlowsError('invalid_request', `The ${what} are no JSON object, like {"user": "…"}.`);
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new FlowsError('invalid_request', `The ${what} could not be read from ${file} (${reason}).`, {
      cause: error,
    });
  }
}
