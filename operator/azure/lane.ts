/**
 * One bucket and those who wait for it. Sets tokens aside in fair order, for a short while each; tells
 * whom it has set one aside for. Must never set aside what is not free, in the bucket and in the windows
 * behind the claimant's gate alike. Monotonic ms are brought in.
 */
import type { Allowance, Bucket, Ticket } from './bucket.ts'
import { FairQueue, type Claim, type Entry } from './fair-queue.ts'
import { rates, type RequestClass } from './limits.ts'
import type { Window } from './window.ts'

/** A request that may leave; to be given back with its answer, or unsent. */
export interface Pass {
  readonly bucket: Bucket
  readonly tickets: readonly (readonly [Allowance, Ticket])[]
}

export type Turn =
  | { readonly is: 'go'; readonly pass: Pass }
  /** `until`: about when it is the asker's turn, if nothing changes. */
  | { readonly is: 'paced'; readonly until: number }

/** The windows that a request has to pass, and a name for the set of them. */
export interface Gate {
  readonly key: string
  readonly windows: readonly Window[]
}

interface Place {
  readonly id: string
  readonly entry: Entry
  askedAt: number
  /** A token is set aside until then. */
  granted?: { readonly pass: Pass; readonly until: number }
}

/** How long a token is set aside for whoever was told. */
const fetchWithinMs = 10_000

/** Those who keep no place are spread over at most this long; beyond it they share moments. */
const horizonMs = 60_000
const longestMs = 3_600_000

const isOpen = ({ windows }: Gate, now: number): boolean =>
  windows.every((window) => window.free(now) > 0)

export const opensAt = ({ windows }: Gate, now: number): number =>
  Math.max(now, ...windows.map((window) => window.nextAt(now)))

const passOf = (bucket: Bucket, { windows }: Gate, now: number): Pass => ({
  bucket,
  tickets: [bucket, ...windows].map((one) => [one, one.take(now)] as const),
})

export function unsent({ tickets }: Pass, now: number): void {
  for (const [allowance, ticket] of tickets) allowance.unsent(ticket, now)
}

export class Lane {
  readonly bucket: Bucket
  readonly queue = new FairQueue()
  readonly #places = new Map<string, Place>()
  readonly #byEntry = new Map<Entry, Place>()
  /** In the order of their ends. */
  readonly #granted = new Set<Place>()
  readonly #gates = new Map<string, Gate>()
  readonly #left: (who: string, id: string) => void
  /** The last moment promised to somebody who asked without a claim. */
  #promised = -Infinity

  /** @param left told of each place that is given up or served */
  constructor(bucket: Bucket, left: (who: string, id: string) => void) {
    this.bucket = bucket
    this.#left = left
  }

  /** Nobody waits, and nothing is set aside. */
  get isIdle(): boolean {
    return this.#places.size === 0
  }

  /** Keeps or takes a place; answers with the pass if it is the claimant's turn. */
  ask(
    id: string,
    claim: Claim,
    gate: Gate,
    now: number,
    tell: (who: string) => void,
  ): Pass | undefined {
    const known = this.#places.get(id)
    const same = known !== undefined && known.entry.gate === gate.key
    if (known !== undefined && !same) this.withdraw(id, now)
    const place = same ? known : this.#enter(id, claim, gate, now)
    place.askedAt = now
    this.dispatch(now, tell, place)
    if (place.granted === undefined) return undefined
    this.#leave(place)
    return place.granted.pass
  }

  /** For reads, which keep no place: served while enough is left, else told moments one after another. */
  askAnyway(
    gate: Gate,
    ask: { readonly class: RequestClass; readonly beyond?: number },
    now: number,
  ): Turn {
    const { bucket } = this
    const { beyond = 0 } = ask
    if (bucket.free(now, beyond) > 0 && isOpen(gate, now)) {
      return { is: 'go', pass: passOf(bucket, gate, now) }
    }
    const tokenMs = 1_000 / rates[ask.class].refill
    const missing = Math.max(0, beyond + 1 - bucket.free(now)) * tokenMs
    const earliest = Math.max(bucket.nextAt(now) + missing, opensAt(gate, now))
    const bounded = Math.min(earliest, now + longestMs)
    const next = Math.max(bounded, this.#promised + tokenMs)
    this.#promised = next > bounded + horizonMs ? bounded : next
    return { is: 'paced', until: this.#promised }
  }

  /** When the place was last asked for; undefined: there is none. */
  askedAt(id: string): number | undefined {
    return this.#places.get(id)?.askedAt
  }

  withdraw(id: string, now: number): void {
    const place = this.#places.get(id)
    if (place === undefined) return
    this.#leave(place)
    if (place.granted !== undefined) unsent(place.granted.pass, now)
  }

  /** Sets aside what is free, in fair order. @param asking needs not be told */
  dispatch(now: number, tell: (who: string) => void, asking?: Place): void {
    this.#expire(now)
    const told = new Set<string>()
    while (this.queue.size > 0 && this.bucket.free(now) >= 1) {
      const entry = this.queue.next((key) => this.#isOpen(key, now))
      const place = entry && this.#byEntry.get(entry)
      const gate = entry && this.#gates.get(entry.gate)
      if (place === undefined || gate === undefined) break
      place.granted = { pass: passOf(this.bucket, gate, now), until: now + fetchWithinMs }
      this.#granted.add(place)
      if (place !== asking) told.add(place.entry.claim.who)
    }
    for (const who of told) tell(who)
  }

  /** When there is something to do although nobody asks; Infinity: not before somebody does. */
  nextAt(now: number): number {
    const [first] = this.#granted
    const ends = first?.granted?.until ?? Infinity
    if (this.queue.size === 0) return ends
    const opens = Math.min(
      ...[...this.queue.gates].map((key) => opensAt(this.#gates.get(key) ?? noGate, now)),
    )
    return Math.min(ends, Math.max(this.bucket.nextAt(now), opens))
  }

  #isOpen(key: string, now: number): boolean {
    const gate = this.#gates.get(key)
    return gate !== undefined && isOpen(gate, now)
  }

  #enter(id: string, claim: Claim, gate: Gate, now: number): Place {
    const place = { id, entry: this.queue.add(claim, gate.key), askedAt: now }
    this.#gates.set(gate.key, gate)
    this.#places.set(id, place)
    this.#byEntry.set(place.entry, place)
    return place
  }

  #leave(place: Place): void {
    this.queue.remove(place.entry)
    this.#places.delete(place.id)
    this.#byEntry.delete(place.entry)
    this.#granted.delete(place)
    this.#left(place.entry.claim.who, place.id)
    if (this.#places.size === 0) this.#gates.clear()
  }

  /** Whoever was told and did not come has lost the place. */
  #expire(now: number): void {
    for (const place of this.#granted) {
      if (place.granted !== undefined && now < place.granted.until) return
      this.withdraw(place.id, now)
    }
  }
}

const noGate: Gate = { key: '', windows: [] }
