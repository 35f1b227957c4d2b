/**
 * Keeps our requests below Azure's limits, and says whose turn it is when not all can go. One bucket for
 * each subscription, identity and class; providers' windows for each subscription. Never waits. Whoever is
 * held back keeps a place; when its turn comes a token is set aside for it, and it is told. Time is brought
 * in, monotonic ms; the timer that tells in time is given, and without one whoever asks again is served.
 *
 * Guarantees: no bucket affects another; nothing leaves before `Retry-After` after a 429; tokens set aside
 * and not fetched go to the next; places are bounded by what the objects ask for.
 */
import { Bucket } from './bucket.ts'
import { type Claim, type Rank } from './fair-queue.ts'
import { Lane, opensAt, unsent, type Gate, type Pass, type Turn } from './lane.ts'
import { rates, type Remaining, type RequestClass } from './limits.ts'
import { Whereabouts } from './whereabouts.ts'
import { Window, type WindowLimit } from './window.ts'

export interface Ask {
  readonly subscriptionId: string
  /** Whose requests: buckets of different identities are Azure's own concern. */
  readonly identity: string
  readonly class: RequestClass
  readonly windows: readonly WindowLimit[]
  /** Tells the requests of one claimant apart. */
  readonly resource: string
  /** So many tokens must be left for others: the less urgent a request, the more. */
  readonly beyond?: number
}

export interface Said extends Partial<Remaining> {
  /** Azure answered 429: ARM for its bucket, or a provider for its windows. */
  readonly throttled?: {
    readonly by: 'bucket' | 'windows'
    readonly retryAfterMs: number | undefined
  }
}

export interface Calls {
  readonly now: () => number
  readonly timer: (ms: number, then: () => void) => () => void
  /** It is this claimant's turn. */
  readonly onTurn: (who: string) => void
}

export interface Level {
  readonly class: RequestClass
  readonly free: number
  readonly waiting: Readonly<Record<Rank, number>>
}

/** A 429 without a usable `Retry-After`; recorded ones ask for 6 to 17 s. */
const unsaidPauseMs = 10_000
/** Full buckets and idle windows are forgotten beyond this number. */
const manyKept = 1_000

export class Limiter {
  readonly #lanes = new Map<string, Lane>()
  readonly #classes = new Map<Lane, RequestClass>()
  readonly #windows = new Map<string, Window>()
  /** By claimant: its places. */
  readonly #places = new Whereabouts<Lane>()
  readonly #calls: Calls | undefined
  #cancel: () => void = () => undefined

  constructor(calls?: Calls) {
    this.#calls = calls
  }

  /** Asks for one request to leave now. A claim keeps its place until it is served or withdrawn. */
  take(ask: Ask, now: number, claim?: Claim): Turn {
    const lane = this.#lane(ask, now)
    const gate = this.#gate(ask.windows, now)
    if (claim === undefined) return lane.askAnyway(gate, ask, now)
    const id = `${claim.who} ${ask.resource}`.toLowerCase()
    const pass = lane.ask(id, claim, gate, now, this.#tell)
    if (pass === undefined) this.#places.note(claim.who, id, lane)
    this.#arm(now)
    if (pass !== undefined) return { is: 'go', pass }
    const turns = (lane.queue.size / rates[ask.class].refill) * 1_000
    const until = Math.max(now + turns, lane.bucket.nextAt(now), opensAt(gate, now))
    return { is: 'paced', until: Math.min(until, now + 3_600_000) }
  }

  /** The answer came, or nobody knows whether one will. */
  answered(pass: Pass, said: Said, now: number): void {
    const { throttled } = said
    for (const [allowance, ticket] of pass.tickets) {
      const ours = allowance === pass.bucket ? 'bucket' : 'windows'
      allowance.answered(ticket, throttled === undefined ? said[ours] : undefined, now)
      if (throttled?.by !== ours) continue
      allowance.pause(now + (throttled.retryAfterMs ?? unsaidPauseMs), now)
    }
    this.#moveOn(now)
  }

  /** The request was not sent after all. */
  unsent(pass: Pass, now: number): void {
    unsent(pass, now)
    this.#moveOn(now)
  }

  /** Withdraws what a claimant has not asked for again since then. */
  visited(who: string, since: number, now: number): void {
    const old = this.#places.of(who).filter(([id, lane]) => (lane.askedAt(id) ?? now) < since)
    for (const [id, lane] of old) lane.withdraw(id, now)
    if (old.length > 0) this.#moveOn(now)
  }

  /** For metrics: of each class the lowest bucket, and who waits. */
  levels(now: number): readonly Level[] {
    const classes = ['read', 'write', 'delete'] as const
    return classes.map((one) => {
      const lanes = [...this.#classes].flatMap(([lane, its]) => (its === one ? [lane] : []))
      const { burst, reserve } = rates[one]
      const count = (rank: Rank): number =>
        lanes.reduce((sum, { queue }) => sum + queue.count(rank), 0)
      return {
        class: one,
        free: Math.min(burst - reserve, ...lanes.map(({ bucket }) => bucket.free(now))),
        waiting: { user: count('user'), drift: count('drift'), background: count('background') },
      }
    })
  }

  /** How many buckets, windows and claimants are remembered. */
  get size(): number {
    return this.#lanes.size + this.#windows.size + this.#places.size
  }

  readonly #tell = (who: string): void => this.#calls?.onTurn(who)

  #moveOn(now: number): void {
    for (const lane of this.#lanes.values()) if (!lane.isIdle) lane.dispatch(now, this.#tell)
    this.#arm(now)
  }

  /** Comes back when the next token can be set aside, or one that was not fetched goes on. */
  #arm(now: number): void {
    if (this.#calls === undefined) return
    this.#cancel()
    let next = Infinity
    for (const lane of this.#lanes.values())
      if (!lane.isIdle) next = Math.min(next, lane.nextAt(now))
    if (next === Infinity) return
    const { now: clock, timer } = this.#calls
    this.#cancel = timer(Math.max(1, Math.ceil(next - now)), () => this.#moveOn(clock()))
  }

  #lane(ask: Ask, now: number): Lane {
    const key = `${ask.subscriptionId.toLowerCase()} ${ask.class} ${ask.identity}`
    const known = this.#lanes.get(key)
    if (known !== undefined) return known
    if (this.size >= manyKept) this.#forgetIdle(now)
    const lane = new Lane(new Bucket(rates[ask.class], now), (who, id) =>
      this.#places.forget(who, id),
    )
    this.#lanes.set(key, lane)
    this.#classes.set(lane, ask.class)
    return lane
  }

  #gate(limits: readonly WindowLimit[], now: number): Gate {
    const windows = limits.map((limit) => {
      const window = this.#windows.get(limit.key) ?? new Window(limit)
      if (!this.#windows.has(limit.key) && this.size >= manyKept) this.#forgetIdle(now)
      this.#windows.set(limit.key, window)
      return window
    })
    return { key: limits.map(({ key }) => key).join('|'), windows }
  }

  #forgetIdle(now: number): void {
    for (const [key, lane] of this.#lanes) {
      if (!lane.isIdle || !lane.bucket.isFull(now)) continue
      this.#lanes.delete(key)
      this.#classes.delete(lane)
    }
    // Whoever waits does so before windows of its own.
    if ([...this.#lanes.values()].some((lane) => !lane.isIdle)) return
    for (const [key, window] of this.#windows) if (window.isIdle(now)) this.#windows.delete(key)
  }
}
