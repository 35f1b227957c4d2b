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
import type { Transport } from './call.ts'
import { isKubeError, lineOf } from './error.ts'
import { type LeaseCalls, leaseCalls } from './lease-calls.ts'
import { heldBy, type LeaseObject, released, renewed } from './lease-record.ts'
import type { LeaseSettings } from './lease-settings.ts'
import type { Time } from './port.ts'

export interface LeaseGiven {
  readonly transport: Transport
  readonly time: Time
  /** [0, 1) */
  readonly random: () => number
  readonly namespace: string
  readonly name: string
  /** Of this process alone: never that of an earlier one. */
  readonly identity: string
  readonly settings: LeaseSettings
  /** Called once, at most; `why` is a sentence. The process has to end. */
  readonly onLost: (why: string) => void
  readonly onTrouble: (error: Error) => void
  /** Another holds it; told whenever that is another one than before. */
  readonly onStandby: (holder: string) => void
}

type State = 'waiting' | 'leading' | 'lost' | 'released'

export class Lease {
  readonly #given: LeaseGiven
  readonly #calls: LeaseCalls
  readonly #stopping = new AbortController()
  #state: State = 'waiting'
  #record: LeaseObject | undefined
  /** A version of the record, and when we first saw it, by our own monotonic clock. */
  #sighting: { readonly version: string; readonly at: number } | undefined
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
      const share = this.#state === 'leading' ? 1 : 1 + 0.2 * random()
      const rest = this.#state === 'leading' ? Math.max(this.#leftMs(), 0) : Infinity
      await time.sleep(Math.min(settings.retryMs * share, rest), signal)
    }
  }

  async #attempt(what: () => Promise<boolean>): Promise<boolean> {
    try {
      return await what()
    } catch (error) {
      // A conflict says that the record changed: the next try looks at it.
      if (isKubeError(error, 409)) this.#record = undefined
      this.#trouble(error)
      return false
    }
  }

  /** Takes the lease when it is free: absent, given back, or not renewed for long enough. */
  async #take(): Promise<boolean> {
    const found = await this.#look()
    if (found !== undefined && !this.#isFree(found)) return false
    return this.#write(found, true)
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
    const patience = taking ? settings.renewMs / 2 : Math.min(settings.renewMs / 2, this.#leftMs())
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
    const { settings, time } = this.#given
    const found = await this.#calls.read(settings.renewMs / 2)
    if (found === undefined) return undefined
    const version = found.metadata.resourceVersion ?? ''
    if (this.#sighting?.version !== version) this.#sighting = { version, at: time.monotonic() }
    const holder = heldBy(found)
    const news = holder !== this.#holder && holder !== this.#given.identity
    this.#holder = holder
    if (holder !== undefined && news) this.#given.onStandby(holder)
    return found
  }

  #isFree(record: LeaseObject): boolean {
    if (heldBy(record) === undefined) return true
    // Its holder's own promise, when it is longer than ours.
    const promisedMs = (record.spec?.leaseDurationSeconds ?? 0) * 1000
    const waitMs = Math.max(promisedMs, this.#given.settings.leaseMs)
    const seenAt = this.#sighting?.at ?? Infinity
    return this.#given.time.monotonic() - seenAt >= waitMs
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
