/**
 * Postgres's jsonb refuses U+0000 and lone surrogates, which JSON may hold. They are stored behind an escape character
 * (U+E000, a private-use character that is escaped itself) and restored when read.
 */
const escape = '\ue000';

/** JSON text, as `JSON.stringify` writes it, in a form that any Postgres type takes. */
export function toStoredJson(text: string): string {
  if (!text.includes('\\u0000') && !text.includes('\\ud') && !text.includes(escape)) return text;
  return text.replace(/\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}|\ue000/g, (found) => {
    if (found === '\\\\') return found;
    if (found === '\\u0000') return `${escape}0`;
    if (found === escape) return `${escape}e`;
    return `${escape}s${found.slice(2)}`;
  });
}

/** The JSON text that `toStoredJson` was given. */
export function fromStoredJson(text: string): string {
  if (!text.includes(escape)) return text;
  return text.replace(/\ue000(0|e|s[0-9a-f]{4})/g, (_, code: string) => {
    if (code === '0') return '\\u0000';
    if (code === 'e') return escape;
    return `\\u${code.slice(1)}`;
  });
}

/** Text for a plain text column, e.g. a message: what Postgres refuses is shown as U+FFFD. */
export function toStoredText(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
