/** The most bytes of a foreign text that a message may quote. */
const excerptBytesMax = 512;

/** Enough characters for the excerpt; nothing behind them is looked at. */
const lookedAtMax = 2 * excerptBytesMax;

const secretWord =
  '[\\w.-]*(?:passw|passphrase|pwd|secret|token|session|authorization|cookie|credential|api[-_]?key)[\\w.-]*';
const jsonSecret = new RegExp(
  `("${secretWord}"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*(?:"|$)|\\[[^\\]]*(?:\\]|$)|\\{[^}]*(?:\\}|$)|[^\\s,}\\]]+)`,
  'gi',
);
const pairSecret = new RegExp(`(\\b${secretWord}=)[^&\\s"'<>]+`, 'gi');
const schemeSecret = /\b(Bearer|Basic|Session|Token)\s+[\w.~+/=:-]{6,}/gi;

/**
 * The beginning of a foreign text, fit for a message: at most 512 bytes, on one line, without control characters, with
 * the values of keys that name secrets (password, token, session, authorization, …) masked.
 */
export function redactedExcerpt(text: string): string {
  const masked = text
    .slice(0, lookedAtMax)
    .replace(jsonSecret, '$1"***"')
    .replace(pairSecret, '$1***')
    .replace(schemeSecret, '$1 ***')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return cutToBytes(masked);
}

function cutToBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= excerptBytesMax) return text;
  const mark = '…';
  const kept = bytes.subarray(0, excerptBytesMax - Buffer.byteLength(mark)).toString();
  return `${kept.replace(/\uFFFD+$/, '')}${mark}`;
}
