/** Chance for tests, by a seed that can be given again: PGPE_TEST_SEED. */

export interface Delays {
  readonly seed: number
  /** Without end, in ms. */
  readonly delays: Iterable<number>
}

export function seededDelays(low: number, high: number): Delays {
  const given = Number(process.env['PGPE_TEST_SEED'])
  const seed = given > 0 ? given : Math.floor(Math.random() * 1e9) + 1
  return { seed, delays: draw(seed, low, high) }
}

/** Numerical Recipes' linear congruential generator: evenly enough for moments in time. */
function* draw(seed: number, low: number, high: number): Generator<number> {
  for (let state = seed >>> 0; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield low + (high - low) * (state / 2 ** 32)
  }
}
