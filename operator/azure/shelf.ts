/**
 * Observations that many share: one request at a time for each key, answers by their age, failures for a
 * short while. Guarantees: an answer is never older than its reader allows; a failure never replaces an
 * answer; what nobody reads is dropped. Time is brought in, monotonic ms.
 */
import type { Clock } from './client.ts'
import type { RetryClass } from './error.ts'
import type { Observed } from './observed.ts'

export interface Stamped<T> {
  readonly seen: Observed<T>
  /** When its request began. */
  readonly begunAt: number
}

interface Slot {
  answer?: Stamped<unknown>
  failure?: { readonly stamped: Stamped<unknown>; readonly until: number }
  running?: { readonly begunAt: number; readonly done: Promise<Stamped<unknown>> }
  /** The request after the running one, for those who came too late for that. */
  queued?: Promise<Stamped<unknown>>
  usedAt: number
}

const minute = 60_000
/** Longer than the usual resync, so that a quiet operator keeps what it reads again. */
const unusedMs = 15 * minute
const sweepEveryMs = minute

/** How long a failure answers for Azure, where Azure names no time. */
const failureMs: { readonly [R in RetryClass]: number } = {
  fast: 2_000,
  throttle: 10_000,
  slow: 15_000,
  'user-fix': 15_000,
}
const longestFailureMs = 5 * minute

export class Shelf {
  readonly #clock: Clock
  readonly #slots = new Map<string, Slot>()
  #sweptAt: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sweptAt = clock.monotonicMs()
  }

  /** How many observations are kept. */
  get size(): number {
    return this.#slots.size
  }

  /** The last answer that was none of silence, however old. */
  kept<T>(key: string): T | undefined {
    const seen = this.#slots.get(key)?.answer?.seen
    return seen?.is === 'present' ? (seen.value as T) : undefined
  }

  /** Forgets all; what is under way reaches those who wait for it, and nobody else. */
  clear(): void {
    this.#slots.clear()
  }

  /**
   * An answer whose request began at `oldest` or later: one that is kept, one under way, or a new one.
   * @param shareFailures whether a recent failure is answer enough; not where Azure must be asked now
   * @param onNew told of a new answer, or failure, once those who ask next get it
   */
  read<T>(
    key: string,
    oldest: number,
    shareFailures: boolean,
    fetch: () => Promise<Observed<T>>,
    onNew: (stamped: Stamped<T>) => void = () => undefined,
  ): Promise<Stamped<T>> {
    const now = this.#clock.monotonicMs()
    this.#sweep(now)
    const slot = this.#slots.get(key) ?? { usedAt: now }
    this.#slots.set(key, slot)
    slot.usedAt = now
    // A key determines the type of its answer: keys are made beside the fetches, in view.ts.
    const start = (): Promise<Stamped<unknown>> =>
      this.#start(slot, fetch, onNew as (stamped: Stamped<unknown>) => void)
    return this.#find(slot, oldest, shareFailures, now, start) as Promise<Stamped<T>>
  }

  #find(
    slot: Slot,
    oldest: number,
    shareFailures: boolean,
    now: number,
    start: () => Promise<Stamped<unknown>>,
  ): Promise<Stamped<unknown>> {
    const { answer, failure, running } = slot
    if (answer !== undefined && answer.begunAt >= oldest) return Promise.resolve(answer)
    if (shareFailures && failure !== undefined && now < failure.until) {
      return Promise.resolve(failure.stamped)
    }
    if (running === undefined) return start()
    if (running.begunAt >= oldest) return running.done
    const next = (): Promise<Stamped<unknown>> => {
      delete slot.queued
      return start()
    }
    slot.queued ??= running.done.then(next, next)
    return slot.queued
  }

  #start(
    slot: Slot,
    fetch: () => Promise<Observed<unknown>>,
    onNew: (stamped: Stamped<unknown>) => void,
  ): Promise<Stamped<unknown>> {
    const begunAt = this.#clock.monotonicMs()
    const done = fetch().then((seen) => {
      const stamped = this.#keep(slot, { seen, begunAt })
      onNew(stamped)
      return stamped
    })
    slot.running = { begunAt, done }
    void done
      .catch(() => undefined)
      .then(() => {
        if (slot.running?.done === done) delete slot.running
      })
    return done
  }

  #keep(slot: Slot, stamped: Stamped<unknown>): Stamped<unknown> {
    const { seen } = stamped
    if (slot.running?.begunAt === stamped.begunAt) delete slot.running
    if (seen.is !== 'unreadable') {
      slot.answer = stamped
      delete slot.failure
      return stamped
    }
    const wait = seen.error.retryAfterMs ?? failureMs[seen.error.retry]
    const until = this.#clock.monotonicMs() + Math.min(wait, longestFailureMs)
    slot.failure = { stamped, until }
    return stamped
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return
    this.#sweptAt = now
    for (const [key, slot] of this.#slots) {
      if (slot.running === undefined && now - slot.usedAt > unusedMs) this.#slots.delete(key)
    }
  }
}
