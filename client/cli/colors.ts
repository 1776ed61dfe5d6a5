import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a terminal; plain text where it is none or NO_COLOR is set (no-color.org). */
export function colorsFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Colors {
  return picocolors.createColors(stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb');
}
