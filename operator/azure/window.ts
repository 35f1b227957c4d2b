/**
 * A provider's window: so many requests in so long. Where Azure's windows begin is not known, so no
 * stretch of that length holds more than the limit, by the answers' times; a header that shows more left
 * than that shows a window that has begun anew, or none at all. Monotonic ms are brought in.
 */
import type { Allowance, Ticket } from './bucket.ts'

export interface WindowLimit {
  /** What shares it. */
  readonly key: string
  readonly limit: number
  readonly ms: number
}

/** Requests that were answered between two times. */
interface Slice {
  readonly from: number
  at: number
  count: number
}

/** A window is kept in so many slices at most: memory is bounded, and what ends late ends little later. */
const slices = 300

export class Window implements Allowance {
  readonly #limit: number
  readonly #ms: number
  readonly #counted: Slice[] = []
  /** Answered within the window, and under way. */
  #used = 0
  #underWay = 0
  #turn = 0
  #corrected = 0
  #pausedUntil = -Infinity

  constructor({ limit, ms }: WindowLimit) {
    this.#limit = limit
    this.#ms = ms
  }

  free(now: number): number {
    this.#expire(now)
    return now < this.#pausedUntil ? 0 : Math.max(0, this.#limit - this.#used)
  }

  /** Whether it holds nothing that is worth remembering. */
  isIdle(now: number): boolean {
    this.#expire(now)
    return this.#used === 0 && now >= this.#pausedUntil
  }

  take(now: number): Ticket {
    this.#expire(now)
    const others = this.#underWay
    this.#used++
    this.#underWay++
    const left = this.#limit - this.#used
    return { turn: ++this.#turn, others, left, corrected: this.#corrected }
  }

  unsent(_ticket: Ticket, now: number): void {
    this.#expire(now)
    this.#used--
    this.#underWay--
  }

  answered({ turn, others, left, corrected }: Ticket, says: number | undefined, now: number): void {
    this.#expire(now)
    this.#underWay--
    this.#count(now, 1)
    if (says === undefined || this.#limit === Infinity) return
    const since = this.#turn - turn
    const drawn = Math.max(0, left - since - (this.#corrected - corrected) - says)
    if (drawn > 0) {
      this.#corrected += drawn
      this.#used += drawn
      this.#count(now, drawn)
    }
    const atLeast = Math.min(says - others - since, this.#limit - this.#underWay)
    this.#forget(atLeast - (this.#limit - this.#used))
  }

  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until)
  }

  nextAt(now: number): number {
    if (this.free(now) > 0) return now
    const first = this.#counted[0]
    const due =
      this.#used < this.#limit ? now : first === undefined ? Infinity : first.at + this.#ms
    return Math.max(due, this.#pausedUntil)
  }

  #count(now: number, count: number): void {
    const last = this.#counted.at(-1)
    if (last !== undefined && now - last.from < this.#ms / slices) {
      last.at = Math.max(last.at, now)
      last.count += count
    } else {
      this.#counted.push({ from: now, at: now, count })
    }
  }

  /** Azure does not count so many of the oldest any more. */
  #forget(count: number): void {
    let left = Math.floor(count)
    for (let first = this.#counted[0]; left > 0 && first !== undefined; first = this.#counted[0]) {
      const gone = Math.min(left, first.count)
      first.count -= gone
      left -= gone
      this.#used -= gone
      if (first.count === 0) this.#counted.shift()
    }
  }

  #expire(now: number): void {
    for (let first = this.#counted[0]; first !== undefined; first = this.#counted[0]) {
      if (now < first.at + this.#ms) return
      this.#used -= first.count
      this.#counted.shift()
    }
  }
}
