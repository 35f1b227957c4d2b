/**
 * Which key to visit next, and when. It holds no timers: the caller brings the time.
 *
 * Guarantees: of many wishes for one key the earliest wins, and they are one visit; a key that is
 * being visited is not handed out again until it is given back, and what was wished meanwhile is
 * kept; what was begun goes before what users changed, and that before routine (the first list, the slow
 * rounds), but none starves another; no group of keys takes all the visits at once, however slow its own.
 */
import { Heap } from './heap.ts'

/**
 * `begun`: it goes on with what the last visit began, or its turn at Azure has come. `user`: somebody
 * changed something, or waits for it. `routine`: nobody would notice a delay.
 */
export type Lane = (typeof lanes)[number]
const lanes = ['begun', 'user', 'routine'] as const

export interface Sharing {
  /** Keys visited at once. */
  readonly workers: number
  /** What has slow visits in common, such as a subscription. */
  readonly groupOf: (key: string) => string
}

interface Wish {
  readonly key: string
  readonly at: number
  readonly lane: Lane
  readonly group: string
  /** Of wishes for one moment, the one that was made first. */
  readonly turn: number
}

/** After so many of better lanes in a row, one of a lower lane has its turn. */
const patience = 4

/** A group may have so many times the visits that are left to others: of one group two thirds of all. */
const share = 2

const earlier = (a: Wish, b: Wish): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn)
const better = (a: Lane, b: Lane): Lane => (lanes.indexOf(a) <= lanes.indexOf(b) ? a : b)

/** By group, in the order of their turns. */
type Due = Map<string, Heap<Wish>>

export class Schedule {
  readonly #sharing: Sharing
  /** The wish that counts for each key; wishes in the heaps that are not in here are void. */
  readonly #wishes = new Map<string, Wish>()
  /** Of each key that is being visited, its group. */
  readonly #running = new Map<string, string>()
  readonly #runningOf = new Map<string, number>()
  readonly #later = new Heap<Wish>(earlier)
  readonly #due: { readonly [L in Lane]: Due } = {
    begun: new Map(),
    user: new Map(),
    routine: new Map(),
  }
  readonly #passedOver = { begun: 0, user: 0, routine: 0 }
  #turn = 0

  constructor(sharing: Sharing = { workers: Infinity, groupOf: () => '' }) {
    this.#sharing = sharing
  }

  /** Asks for a key at a time, ms. Of two wishes the earlier time and the better lane win. */
  ask(key: string, at: number, lane: Lane = 'user'): void {
    const known = this.#wishes.get(key)
    const best = known === undefined ? lane : better(known.lane, lane)
    if (known !== undefined && known.at <= at && known.lane === best) return
    const group = known?.group ?? this.#sharing.groupOf(key)
    const wish = { key, at: Math.min(at, known?.at ?? at), lane: best, group, turn: this.#turn++ }
    this.#wishes.set(key, wish)
    if (!this.#running.has(key)) this.#later.push(wish)
  }

  /** Hands out the most overdue key, and not again until it is given back. */
  take(now: number): string | undefined {
    this.#promote(now)
    const wish = this.#choose()
    if (wish === undefined) return undefined
    this.#wishes.delete(wish.key)
    this.#running.set(wish.key, wish.group)
    this.#runningOf.set(wish.group, (this.#runningOf.get(wish.group) ?? 0) + 1)
    return wish.key
  }

  /** Gives a key back. What was asked for it meanwhile is still asked. */
  giveBack(key: string): void {
    const group = this.#running.get(key)
    if (group === undefined) return
    this.#running.delete(key)
    const left = (this.#runningOf.get(group) ?? 1) - 1
    if (left > 0) this.#runningOf.set(group, left)
    else this.#runningOf.delete(group)
    const wish = this.#wishes.get(key)
    if (wish !== undefined) this.#later.push(wish)
  }

  /** When `take` may have something to hand out; undefined: not before somebody asks or gives back. */
  nextAt(): number | undefined {
    const due = lanes.flatMap((lane) => [...this.#open(lane)].map(([, wish]) => wish))
    const times = [...due, this.#first(this.#later)].flatMap((wish) => wish?.at ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Keys that wait for their time or for a turn. */
  get waiting(): number {
    return this.#wishes.size
  }

  get running(): number {
    return this.#running.size
  }

  #promote(now: number): void {
    for (let wish = this.#first(this.#later); wish !== undefined && wish.at <= now;) {
      this.#later.pop()
      const due = this.#due[wish.lane]
      const heap = due.get(wish.group) ?? new Heap<Wish>(earlier)
      due.set(wish.group, heap)
      heap.push(wish)
      wish = this.#first(this.#later)
    }
  }

  #choose(): Wish | undefined {
    const firsts = lanes.flatMap((lane) => {
      for (const [heap] of this.#open(lane)) return [{ lane, heap }]
      return []
    })
    const starved = firsts.findLast(({ lane }) => this.#passedOver[lane] >= patience)
    const chosen = starved ?? firsts[0]
    if (chosen === undefined) return undefined
    for (const { lane } of firsts) if (lane !== chosen.lane) this.#passedOver[lane]++
    this.#passedOver[chosen.lane] = 0
    const wish = chosen.heap.pop()
    if (wish === undefined) return undefined
    // Its group comes again after all others.
    const due = this.#due[chosen.lane]
    due.delete(wish.group)
    if (chosen.heap.size > 0) due.set(wish.group, chosen.heap)
    return wish
  }

  /** The first wish of each group that may have one more visit now. */
  *#open(lane: Lane): Generator<readonly [Heap<Wish>, Wish]> {
    const due = this.#due[lane]
    const free = this.#sharing.workers - this.#running.size
    for (const [group, heap] of due) {
      const wish = this.#first(heap)
      if (wish === undefined) due.delete(group)
      else if ((this.#runningOf.get(group) ?? 0) < share * free) yield [heap, wish]
    }
  }

  /** The first wish of a heap that still counts. Void ones are thrown away on the way. */
  #first(heap: Heap<Wish>): Wish | undefined {
    for (let wish = heap.peek(); wish !== undefined; wish = heap.peek()) {
      if (this.#wishes.get(wish.key) === wish && !this.#running.has(wish.key)) return wish
      heap.pop()
    }
    return undefined
  }
}
