/** A small deterministic source of choices; the same seed, kind and position always give the same sequence. */
export class Random {
  #state: number;

  constructor(seed: number, options: { kind: string; index: number }) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) ^ kindHash(options.kind) ^ Math.imul(options.index + 1, 0x85ebca6b);
  }

  /** Integer from 0 to `bound - 1`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  pick<const List extends readonly [unknown, ...unknown[]]>(list: List): List[number] {
    return list[this.below(list.length)];
  }

  /** True once in `times` on average. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }
}

const kindHashes = new Map<string, number>();

/** Hashed once for each kind: hundreds of thousands of sequences are made. */
function kindHash(kind: string): number {
  const known = kindHashes.get(kind) ?? hashText(kind);
  kindHashes.set(kind, known);
  return known;
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
