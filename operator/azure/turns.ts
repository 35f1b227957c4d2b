/**
 * One at a time where Azure takes one at a time: at a server, a subnet, a zone, a resource. Nobody waits:
 * whoever finds a place taken keeps a turn in its line, and is told when it has come. Holds for one
 * process; another one is kept off by what Azure says. Time, monotonic ms, and the timer that tells in
 * time are given; without a timer whoever asks again is served.
 *
 * Must never let two hold one place, nor keep a place for somebody who does not come for it.
 */
import type { Claim } from './fair-queue.ts'
import type { Calls } from './limiter.ts'
import { isIdle, makePlace, movesAt, type Place } from './place.ts'
import { Whereabouts } from './whereabouts.ts'

/** How long a place is kept for whoever was told. */
const fetchWithinMs = 10_000
/** No operation lasts longer; whoever has vanished meanwhile gives way. */
const longestMs = 10 * 60_000
const sweepEveryMs = 60_000
const nobody = ''
const keysOf = (keys: readonly string[]): ReadonlySet<string> =>
  new Set(keys.map((key) => key.toLowerCase()))

/** Without a timer whoever asks again is served. */
export type TurnCalls = Pick<Calls, 'now'> & Partial<Calls>

export class Turns {
  readonly #calls: TurnCalls
  readonly #places = new Map<string, Place>()
  /** By claimant: where it waits or is. */
  readonly #whereabouts = new Whereabouts<Place>()
  /** Places where something happens by itself. */
  readonly #watched = new Set<string>()
  #cancel: () => void = () => undefined
  #sweptAt = -Infinity

  constructor(calls: TurnCalls) {
    this.#calls = calls
  }

  /** Takes all of these places, or none: then the claimant is in the line of one. */
  take(keys: readonly string[], claim: Claim, holdMs = longestMs): boolean {
    const now = this.#calls.now()
    const wanted = [...keysOf(keys)]
    const busy = wanted.find((key) => !this.#mayTake(key, claim, now))
    for (const key of wanted) {
      const place = this.#place(key, now)
      if (busy === undefined) {
        this.#outOfLine(key, place, claim.who)
        place.holder = claim.who
        place.holderUntil = now + holdMs
        this.#whereabouts.note(claim.who, key, place)
        if (place.line.size === 0) this.#watched.delete(key)
      } else if (key !== busy && place.holder !== claim.who) {
        // Others go meanwhile: it asks here again when its turn comes there.
        this.#outOfLine(key, place, claim.who)
        this.#moveOn(key, place, now)
      }
    }
    this.#arm(now)
    return busy === undefined
  }

  /** Who holds the place, if it is somebody else; the claimant, if given, then waits in its line. */
  heldBy(key: string, who: string, claim?: Claim): string | undefined {
    const now = this.#calls.now()
    const place = this.#known(key.toLowerCase(), now)
    const { holder = nobody } = place ?? {}
    if (place === undefined || holder === nobody || holder === who) return undefined
    if (claim !== undefined) this.#join(key.toLowerCase(), place, claim, now)
    return holder
  }

  /** How long the place may still be held, ms. */
  readonly heldForMs = (key: string): number =>
    (this.#places.get(key.toLowerCase())?.holderUntil ?? 0) - this.#calls.now()

  /** Gives back what one holds. @param closedMs how long nobody may take it */
  leave(keys: readonly string[], who: string, closedMs = 0): void {
    const now = this.#calls.now()
    this.#sweep(now)
    for (const key of keysOf(keys)) {
      const place = this.#known(key, now)
      if (place?.holder !== who) continue
      this.#whereabouts.forget(who, key)
      place.holder = closedMs > 0 ? nobody : undefined
      place.holderUntil = now + closedMs
      place.freedAt = now
      this.#moveOn(key, place, now)
    }
    this.#arm(now)
  }

  /** How long ago the place was last given back, ms. */
  freedAgoMs(key: string): number | undefined {
    const freedAt = this.#places.get(key.toLowerCase())?.freedAt
    return freedAt === undefined ? undefined : this.#calls.now() - freedAt
  }

  /** Takes a claimant out of the lines where it has not asked again since then. */
  visited(who: string, since: number): void {
    const now = this.#calls.now()
    const places = this.#whereabouts.of(who)
    if (places.length === 0) return
    for (const [key, place] of places) {
      if ((place.waiting.get(who)?.askedAt ?? Infinity) >= since) continue
      this.#outOfLine(key, place, who)
      this.#moveOn(key, place, now)
    }
    this.#arm(now)
  }

  /** Gives back whatever an object that is gone holds, and its turns. */
  forget(who: string): void {
    for (const [key] of this.#whereabouts.of(who)) this.leave([key], who)
    this.visited(who, Infinity)
  }

  get size(): number {
    return this.#places.size + this.#whereabouts.size
  }

  /** Joins the line; true when the place is the claimant's to take. */
  #mayTake(key: string, claim: Claim, now: number): boolean {
    const place = this.#place(key, now)
    if (place.holder === claim.who) return true
    this.#join(key, place, claim, now)
    this.#moveOn(key, place, now, claim.who)
    return place.next?.who === claim.who
  }

  #join(key: string, place: Place, claim: Claim, now: number): void {
    const known = place.waiting.get(claim.who)
    if (known === undefined) {
      place.waiting.set(claim.who, { entry: place.line.add(claim), askedAt: now })
      this.#whereabouts.note(claim.who, key, place)
      this.#watched.add(key)
    } else known.askedAt = now
  }

  #outOfLine(key: string, place: Place, who: string): void {
    const waiting = place.waiting.get(who)
    if (waiting !== undefined) place.line.remove(waiting.entry)
    place.waiting.delete(who)
    if (place.next?.who === who) place.next = undefined
    if (place.holder !== who) this.#whereabouts.forget(who, key)
  }

  /** Lets go of what is over, and tells the next. */
  #moveOn(key: string, place: Place, now: number, asking?: string): void {
    const { holder, next } = place
    if (holder !== undefined && place.holderUntil <= now) {
      place.holder = undefined
      if (holder !== nobody) this.#whereabouts.forget(holder, key)
    }
    if (next !== undefined && next.until <= now) this.#outOfLine(key, place, next.who)
    if (place.holder !== undefined || place.next !== undefined) return
    const who = place.line.next()?.claim.who
    if (who === undefined) return void this.#watched.delete(key)
    place.next = { who, until: now + fetchWithinMs }
    if (who !== asking) this.#calls.onTurn?.(who)
  }

  #known(key: string, now: number): Place | undefined {
    const known = this.#places.get(key)
    if (known?.holder !== undefined && known.holderUntil <= now) this.#moveOn(key, known, now)
    return known
  }

  #place(key: string, now: number): Place {
    const place = this.#known(key, now) ?? makePlace()
    this.#places.set(key, place)
    return place
  }

  #arm(now: number): void {
    this.#cancel()
    let at = Infinity
    for (const key of this.#watched) {
      const place = this.#places.get(key)
      if (place !== undefined) at = Math.min(at, movesAt(place, now))
    }
    if (at === Infinity) return
    const later = (): void => {
      const then = this.#calls.now()
      for (const key of [...this.#watched]) this.#moveOn(key, this.#place(key, then), then)
      this.#arm(then)
    }
    this.#cancel = this.#calls.timer?.(Math.max(1, Math.ceil(at - now)), later) ?? this.#cancel
  }

  /** What was given back long ago says nothing any more. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return
    this.#sweptAt = now
    for (const [key, place] of this.#places) {
      const { freedAt = -Infinity } = place
      if (isIdle(place) && now - freedAt > longestMs) this.#places.delete(key)
    }
  }
}
