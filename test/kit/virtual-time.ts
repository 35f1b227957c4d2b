/**
 * Time that passes only when a test says so. Timers fire in their order; between two of them
 * everything that is ready to run has run. It also stands in for a machine whose clocks jump.
 */
export interface VirtualTime {
  now(): Date
  monotonic(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  timer(ms: number, then: () => void): () => void
}

interface Timer {
  readonly at: number
  readonly turn: number
  readonly fire: () => void
}

export class World {
  #at = 0
  #turn = 0
  readonly #timers = new Set<Timer>()
  readonly #begun: number

  /** @param begun the wall clock at 0, ms since the epoch */
  constructor(begun = Date.UTC(2026, 0, 1)) {
    this.#begun = begun
  }

  get at(): number {
    return this.#at
  }

  get timers(): number {
    return this.#timers.size
  }

  /** A clock of this world; `skewMs` is how far its wall clock is off. */
  clock(skewMs = 0): VirtualTime {
    const timer = (ms: number, then: () => void): (() => void) => {
      const made = { at: this.#at + Math.max(ms, 0), turn: this.#turn++, fire: then }
      this.#timers.add(made)
      return () => this.#timers.delete(made)
    }
    const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        const wake = (): void => {
          cancel()
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const cancel = timer(ms, wake)
        signal?.addEventListener('abort', wake, { once: true })
      })
    return {
      now: () => new Date(this.#begun + this.#at + skewMs),
      monotonic: () => this.#at,
      sleep,
      timer,
    }
  }

  /** Lets everything that waits for no timer run. */
  async settle(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }

  /** Lets `ms` pass; calls back after each timer. */
  async pass(ms: number, after: () => void = () => undefined): Promise<void> {
    const until = this.#at + ms
    await this.settle()
    for (;;) {
      const next = [...this.#timers]
        .filter(({ at }) => at <= until)
        .toSorted((a, b) => a.at - b.at || a.turn - b.turn)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.#at = Math.max(this.#at, next.at)
      next.fire()
      await this.settle()
      after()
    }
    this.#at = until
  }
}

/** Seeded chance, in [0, 1). */
export function dice(seed: number): () => number {
  let state = (seed >>> 0) + 0x6d2b79f5
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Seeds for a property: the runner's own, and some that are always the same. */
export const seeds = (count: number): readonly number[] => {
  const first = Number(process.env['PGPE_TEST_SEED'] ?? 0)
  return Array.from({ length: count }, (_, index) => (index < 3 ? index : first + index))
}
