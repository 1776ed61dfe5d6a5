/** The forms in which a secret may hide in a text: as it is, and as base64, hex, URL and JSON write it. */
export function encodingsOf(secret: string): readonly string[] {
  // Base64 depends on where in a group of three bytes the secret starts; the first and last characters mix with neighbours.
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(`${' '.repeat(offset)}${secret}`)
      .toString('base64')
      .slice(4, -4),
  );
  const hex = Buffer.from(secret).toString('hex');
  return [secret, ...base64, hex, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

/** Which of the secrets a text holds, in whatever encoding. */
export function secretsIn(text: string, secrets: readonly string[]): readonly string[] {
  const lower = text.toLowerCase();
  return secrets.filter((secret) =>
    encodingsOf(secret).some((form) => text.includes(form) || lower.includes(form.toLowerCase())),
  );
}
