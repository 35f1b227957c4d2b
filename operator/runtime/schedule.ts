/**
 * Which key to visit next, and when. It holds no timers: the caller brings the time.
 *
 * Guarantees: of many wishes for one key the earliest wins, and they are one visit; a key that is
 * being visited is not handed out again until it is given back, and what was wished meanwhile is
 * kept; users' changes go before routine (the first list, the slow rounds), but never starve it.
 */
import { Heap } from './heap.ts'

/** `user`: somebody changed something, or waits for it. `routine`: nobody would notice a delay. */
export type Lane = 'user' | 'routine'

interface Wish {
  readonly key: string
  readonly at: number
  readonly lane: Lane
  /** Of wishes for one moment, the one that was made first. */
  readonly turn: number
}

/** After so many of users' in a row, one of routine has its turn. */
const userTurns = 4

const earlier = (a: Wish, b: Wish): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn)

export class Schedule {
  /** The wish that counts for each key; wishes in the heaps that are not in here are void. */
  readonly #wishes = new Map<string, Wish>()
  readonly #running = new Set<string>()
  readonly #later = new Heap<Wish>(earlier)
  readonly #due = { user: new Heap<Wish>(earlier), routine: new Heap<Wish>(earlier) }
  #turn = 0
  #userInARow = 0

  /** Asks for a key at a time, ms. Of two wishes the earlier time and the better lane win. */
  ask(key: string, at: number, lane: Lane = 'user'): void {
    const known = this.#wishes.get(key)
    const best = known?.lane === 'user' ? 'user' : lane
    if (known !== undefined && known.at <= at && known.lane === best) return
    const wish = { key, at: Math.min(at, known?.at ?? at), lane: best, turn: this.#turn++ }
    this.#wishes.set(key, wish)
    if (!this.#running.has(key)) this.#later.push(wish)
  }

  /** Hands out the most overdue key, and not again until it is given back. */
  take(now: number): string | undefined {
    this.#promote(now)
    const wish = this.#choose()
    if (wish === undefined) return undefined
    this.#wishes.delete(wish.key)
    this.#running.add(wish.key)
    return wish.key
  }

  /** Gives a key back. What was asked for it meanwhile is still asked. */
  giveBack(key: string): void {
    if (!this.#running.delete(key)) return
    const wish = this.#wishes.get(key)
    if (wish !== undefined) this.#later.push(wish)
  }

  /** When `take` may have something to hand out; undefined: not before somebody asks. */
  nextAt(): number | undefined {
    const firsts = [this.#due.user, this.#due.routine, this.#later].map((heap) => this.#first(heap))
    const times = firsts.flatMap((wish) => (wish === undefined ? [] : [wish.at]))
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
      this.#due[wish.lane].push(wish)
      wish = this.#first(this.#later)
    }
  }

  #choose(): Wish | undefined {
    const { user, routine } = this.#due
    const waiting = { user: this.#first(user), routine: this.#first(routine) }
    const routineTurn = this.#userInARow >= userTurns && waiting.routine !== undefined
    if (waiting.user !== undefined && !routineTurn) {
      this.#userInARow++
      return user.pop()
    }
    this.#userInARow = 0
    return routine.pop()
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
