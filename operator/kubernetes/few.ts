/**
 * So many at once, in the order they came: the crowd of visits must not slow the API server so much that
 * the lease can't be renewed. Holds no time; whoever waits asks once more what it may do when its turn comes.
 */
export class Few {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(most: number) {
    this.#most = most
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#enter()
      .then(work)
      .finally(() => this.#leave())
  }

  #enter(): Promise<void> {
    if (this.#running < this.#most) {
      this.#running++
      return Promise.resolve()
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** The place goes from hand to hand: nobody slips in between. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
