import type { OutputStream } from '../../client/cli/output.ts';

/** A stream that keeps what is written to it. */
export function outputStream({ isTTY = false }: { isTTY?: boolean } = {}): OutputStream & { text(): string } {
  let written = '';
  return {
    isTTY,
    write(text) {
      written += text;
    },
    text: () => written,
  };
}
