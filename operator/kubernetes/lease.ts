/**
 * Leader election on a Lease: one of several processes acts.
 *
 *     waits ──► takes (compare and swap) ──► renews every retryMs ──► releases
 *       ▲                                        │
 *       └── held by another, whose record        └── not renewed within renewMs, or taken: lost,
 *           changed within leaseMs                   for good; the process has to end
 *
 * Guarantees: `mayAct` is false from `renewMs` after the last renewal was *asked for*; others wait
 * `leaseMs` from when they *saw* it. Clocks of different machines are never compared: each candidate
 * measures with its own, how long a record has not changed. Kubernetes fences nothing by itself, so
 * `mayAct` is asked right before each write to Azure; a request on its way then has leaseMs - renewMs.
 *
 * Both of this machine's clocks must agree that time is left: the monotonic one stands still while a
 * machine is suspended, the other may be set back.
 */
import { lineOf } from './error.ts'
import { type LeaseCalls, leaseCalls } from './lease-calls.ts'
import { heldBy, isFree, type LeaseObject, released, renewed } from './lease-record.ts'
import type { LeaseGiven } from './lease-settings.ts'

type State = 'waiting' | 'leading' | 'lost' | 'released'

export class Lease {
  readonly #given: LeaseGiven
  readonly #calls: LeaseCalls
  readonly #stopping = new AbortController()
  #state: State = 'waiting'
  #record: LeaseObject | undefined
  /** A version of the record, and when we first saw it, by our own monotonic clock. */
  #sighting: { readonly version: string | undefined; readonly at: number } | undefined
  #everSeen = false
  /** When the renewal that succeeded last was asked for, by both clocks. */
  #renewedAt = { monotonic: -Infinity, wall: -Infinity }
  #running: Promise<void> = Promise.resolve()
  #holder: string | undefined

  constructor(given: LeaseGiven) {
    this.#given = given
    this.#calls = leaseCalls(given.transport, given)
  }

  /** Resolves once this process leads; never if it is stopped before. */
  acquire(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#run(resolve)
    })
  }

  /** Synchronous, so that nothing can come between it and the write that it allows. */
  mayAct(): boolean {
    return this.#state === 'leading' && this.#leftMs() > 0
  }

  get leads(): boolean {
    return this.#state === 'leading'
  }

  /** Who holds it, as far as known. */
  get holder(): string | undefined {
    return this.#holder
  }

  /** Stops renewing and gives the lease back, so that the next one need not wait. Call it last. */
  async release(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    if (this.#state !== 'leading' || this.#record === undefined) return
    this.#state = 'released'
    const { time, settings } = this.#given
    try {
      await this.#calls.replace(released(this.#record, time.now()), settings.retryMs)
    } catch (error) {
      this.#trouble(error)
    }
  }

  async #run(onLeading: () => void): Promise<void> {
    const { time, settings, random } = this.#given
    const signal = this.#stopping.signal
    while (!signal.aborted && this.#state !== 'lost') {
      if (this.#state === 'waiting') {
        if (await this.#attempt(() => this.#take())) onLeading()
      } else {
        await this.#attempt(() => this.#renew())
        if (!signal.aborted && this.#leftMs() <= 0) this.#lose('it could not be renewed in time')
      }
      const leading = this.#state === 'leading'
      // A leader that failed tries again soon, with the record as it is then.
      const share = leading ? (this.#record === undefined ? 0.25 : 1) : 1 + 0.2 * random()
      const rest = leading ? Math.max(this.#leftMs(), 0) : Infinity
      await time.sleep(Math.min(settings.retryMs * share, rest), signal)
    }
  }

  async #attempt(what: () => Promise<boolean>): Promise<boolean> {
    try {
      return await what()
    } catch (error) {
      // It changed, or was written without an answer, or is gone: the next try looks at it.
      this.#record = undefined
      this.#trouble(error)
      return false
    }
  }

  /** Takes the lease when it is free: absent, given back, or not renewed for long enough. */
  async #take(): Promise<boolean> {
    const found = await this.#look()
    return this.#isFree(found) ? this.#write(found, true) : false
  }

  async #renew(): Promise<boolean> {
    const record = this.#record ?? (await this.#look())
    if (record !== undefined && heldBy(record) !== this.#given.identity) {
      this.#lose(`it is held by ${heldBy(record) ?? 'nobody'} now`)
      return false
    }
    return this.#write(record, false)
  }

  /** Swaps the record that we saw for ours. Nothing else writes it but `release`. */
  async #write(found: LeaseObject | undefined, taking: boolean): Promise<boolean> {
    const { time, identity, settings } = this.#given
    const asked = { monotonic: time.monotonic(), wall: time.now().getTime() }
    const record = renewed(found, { identity, leaseMs: settings.leaseMs, now: time.now(), taking })
    const patience = taking ? this.#patienceMs : Math.min(this.#patienceMs, this.#leftMs())
    if (patience <= 0) return false
    const answer = await (found === undefined
      ? this.#calls.create(record, patience)
      : this.#calls.replace({ ...found, spec: record }, patience))
    this.#record = answer
    this.#holder = identity
    this.#renewedAt = asked
    this.#state = 'leading'
    return this.#leftMs() > 0
  }

  async #look(): Promise<LeaseObject | undefined> {
    const found = await this.#calls.read(this.#patienceMs)
    const version = found?.metadata.resourceVersion
    const at = this.#given.time.monotonic()
    if (this.#sighting?.version !== version) this.#sighting = { version, at }
    if (found === undefined) return undefined
    const holder = heldBy(found)
    const news = holder !== this.#holder && holder !== this.#given.identity
    this.#holder = holder
    if (holder !== undefined && news) this.#given.onStandby(holder)
    return found
  }

  #isFree(record: LeaseObject | undefined): boolean {
    const { time, identity, settings } = this.#given
    const seenForMs = time.monotonic() - (this.#sighting?.at ?? Infinity)
    const free = isFree(record, {
      identity,
      leaseMs: settings.leaseMs,
      seenForMs,
      everSeen: this.#everSeen,
    })
    this.#everSeen ||= record !== undefined
    return free
  }

  /** For one request: of several tries, not only the first must fit in before the time is over. */
  get #patienceMs(): number {
    return this.#given.settings.renewMs / 4
  }

  /** ms for which this process may still act. */
  #leftMs(): number {
    const { time, settings } = this.#given
    const passed = Math.max(
      time.monotonic() - this.#renewedAt.monotonic,
      time.now().getTime() - this.#renewedAt.wall,
    )
    return settings.renewMs - passed
  }

  #lose(why: string): void {
    if (this.#state === 'lost') return
    this.#state = 'lost'
    this.#given.onLost(why)
  }

  #trouble(error: unknown): void {
    this.#given.onTrouble(error instanceof Error ? error : new Error(lineOf(error)))
  }
}
