/** Chance that can be had again: the same seed and the same name give the same order. */

/** A 32-bit FNV-1a hash. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}

/** Marsaglia's xorshift; never at zero. */
function* draw(start: number): Generator<number, never> {
  let state = start | 1
  for (;;) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    yield (state >>> 0) / 2 ** 32
  }
}

/**
 * A copy in another order.
 * @param name what is ordered, so that one part can be run alone in the order that it had in the whole
 */
export function shuffled<T>(items: readonly T[], seed: number, name: string): T[] {
  const keys = draw(hash(`${seed} ${name}`))
  return items
    .map((item) => ({ item, key: keys.next().value }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
