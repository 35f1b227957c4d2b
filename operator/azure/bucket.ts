/**
 * One of ARM's token buckets, as far as we can know it from outside: what is left of it at least. Every
 * assumption is the unfavourable one, so that what it grants Azure grants too. Monotonic ms are brought in.
 *
 * Guarantees: while nobody else draws on it, the level is never above Azure's own, whatever the requests'
 * way takes: a request under way is counted from the moment it leaves, and the bucket is not taken for
 * fuller than full less what is under way. Others' draught is learned from the remaining-headers.
 */

/** A request that was let through, until its answer. */
export interface Ticket {
  /** How many were let through before and with it. */
  readonly turn: number
  /** Let through before it and not answered by then. */
  readonly others: number
  /** What was left, by our count, once it was let through. */
  readonly left: number
  /** What had been corrected by then. */
  readonly corrected: number
}

/** Something with so much of it left: a bucket, or a window. */
export interface Allowance {
  /** How many requests may leave now. */
  free(now: number): number
  take(now: number): Ticket
  /** Azure has answered, or nobody knows whether it did. `left`: what the answer says is left. */
  answered(ticket: Ticket, left: number | undefined, now: number): void
  /** The request was not sent. */
  unsent(ticket: Ticket, now: number): void
  /** Azure throttled: nothing leaves before. */
  pause(until: number, now: number): void
  /** When there may be something free if nothing happens meanwhile; Infinity: not without an answer. */
  nextAt(now: number): number
}

export interface Rate {
  readonly burst: number
  /** Tokens a second. */
  readonly refill: number
  /** Left for whoever else draws on the bucket, and for the headers being whole numbers. */
  readonly reserve: number
}

export class Bucket implements Allowance {
  readonly #rate: Rate
  #tokens: number
  /** When `tokens` was true; in the future while a 429 pauses the bucket. */
  #at: number
  #turn = 0
  #underWay = 0
  #corrected = 0
  /** Before its first answer a bucket may be another process's leavings: a part of it goes ahead. */
  #heard = false

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** @param beyond so many are left for others */
  free(now: number, beyond = 0): number {
    this.#fill(now)
    if (this.#at > now) return 0
    const free = Math.max(0, Math.floor(this.#tokens - this.#rate.reserve - beyond + 1e-9))
    return this.#heard ? free : Math.max(0, Math.min(free, this.#ahead - this.#underWay))
  }

  get #ahead(): number {
    return Math.floor(this.#rate.burst / 4)
  }

  /** Whether it is as full as it can be, and nothing is under way. */
  isFull(now: number): boolean {
    this.#fill(now)
    return this.#underWay === 0 && this.#tokens >= this.#rate.burst
  }

  take(now: number): Ticket {
    this.#fill(now)
    this.#tokens -= 1
    const ticket = {
      turn: ++this.#turn,
      others: this.#underWay,
      left: this.#tokens,
      corrected: this.#corrected,
    }
    this.#underWay++
    return ticket
  }

  unsent(_ticket: Ticket, now: number): void {
    this.#fill(now)
    this.#underWay--
    this.#tokens = Math.min(this.#tokens + 1, this.#rate.burst - this.#underWay)
  }

  answered({ turn, others, left, corrected }: Ticket, says: number | undefined, now: number): void {
    this.#fill(now)
    this.#underWay--
    this.#heard = true
    if (says === undefined || this.#at > now) return
    const since = this.#turn - turn
    // Less than we alone can have left: somebody else draws on it. Azure shows whole tokens.
    const expected = left - since - (this.#corrected - corrected)
    const drawn = Math.max(0, expected - (says + 1))
    this.#corrected += drawn
    this.#tokens -= drawn
    // More than we thought, even if nothing of what was under way had been counted.
    const atLeast = Math.min(says - others - since, this.#rate.burst - this.#underWay)
    this.#tokens = Math.max(this.#tokens, atLeast)
  }

  pause(until: number, now: number): void {
    this.#fill(now)
    this.#at = Math.max(this.#at, until)
    this.#tokens = Math.min(this.#tokens, 0)
  }

  nextAt(now: number): number {
    this.#fill(now)
    const { burst, refill, reserve } = this.#rate
    const needed = reserve + 1
    if (burst - this.#underWay < needed) return Infinity
    if (!this.#heard && this.#underWay >= this.#ahead) return Infinity
    const missing = Math.max(0, needed - this.#tokens)
    return Math.max(this.#at, now) + (missing / refill) * 1_000
  }

  /** Time that goes back fills nothing. */
  #fill(now: number): void {
    if (now <= this.#at) return
    const { burst, refill } = this.#rate
    const full = burst - this.#underWay
    const filled = this.#tokens + ((now - this.#at) / 1_000) * refill
    if (this.#tokens < full) this.#tokens = Math.min(full, filled)
    this.#at = now
  }
}
