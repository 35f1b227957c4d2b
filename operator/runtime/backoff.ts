/** How long a key that failed waits: longer each time, never for ever. Chance is brought in. */

export interface BackoffSettings {
  /** ms after the first failure. */
  readonly firstMs: number
  readonly longestMs: number
}

export const backoffSettings: BackoffSettings = { firstMs: 1_000, longestMs: 5 * 60_000 }

export class Backoff {
  readonly #failures = new Map<string, number>()
  readonly #settings: BackoffSettings
  readonly #random: () => number

  constructor(settings: BackoffSettings, random: () => number) {
    this.#settings = settings
    this.#random = random
  }

  /** Counts a failure; answers with the ms to wait, between half and all of firstMs · 2^n. */
  failed(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    const { firstMs, longestMs } = this.#settings
    const grown = Math.min(firstMs * 2 ** (failures - 1), longestMs)
    return grown * (0.5 + this.#random() / 2)
  }

  /** Failures in a row. */
  count(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }
}
