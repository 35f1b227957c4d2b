/**
 * Pumps a schedule: so many keys at once, each for itself. A visit that throws harms no other key
 * and not the process; its key comes back later, and later still while it goes on failing.
 *
 * Must never visit while `mayVisit` says no, nor start a visit once it was told to stop.
 */
import type { Backoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { Visit } from './reconcile.ts'
import { type Lane, Schedule } from './schedule.ts'

/** How a visit ended. `changed`: somebody was faster, look again. */
export type Ending = 'done' | 'gone' | 'changed' | 'failed'

export interface ControllerGiven {
  readonly visit: (key: string) => Promise<Visit>
  /** Visits at once. */
  readonly workers: number
  /** What has slow visits in common: no such group takes all the visits. Absent: nothing. */
  readonly groupOf?: (key: string) => string
  readonly clock: Clock
  readonly backoff: Backoff
  /** Whether this process may act, at this moment. */
  readonly mayVisit: () => boolean
  /** Whether an error only says that the object changed meanwhile. */
  readonly isConflict: (error: unknown) => boolean
  /** Told of each visit. */
  readonly onVisit: (ended: {
    readonly key: string
    readonly ending: Ending
    readonly ms: number
    readonly actions: number
    readonly error?: unknown
    /** ms until the key's next turn, as far as this visit asked for one. */
    readonly againInMs?: number | undefined
  }) => void
}

/** A look that somebody waits for comes sooner than this; a later one is routine. */
const soonMs = 60_000
/** While the process may not act, it looks again this often whether it may. */
const mayVisitCheckMs = 500
/**
 * So many visits begin before timers and sockets have a turn: what is known already is visited without
 * waiting for anything, and ten thousand such visits in one go would cost the lease.
 */
const mostInOneGo = 16

type State = 'idle' | 'working' | 'stopping'

export class Controller {
  readonly #given: ControllerGiven
  readonly #schedule: Schedule
  #state: State = 'idle'
  /** Begun since timers last had a turn. */
  #inOneGo = 0
  #cancelTimer: () => void = () => undefined
  #onIdle: () => void = () => undefined

  constructor(given: ControllerGiven) {
    this.#given = given
    const { workers, groupOf = () => '' } = given
    this.#schedule = new Schedule({ workers, groupOf })
  }

  /** Asks for a visit, now unless `inMs` says later. Cheap; may be called before `start`. */
  wake(key: string, lane: Lane = 'user', inMs = 0): void {
    this.#schedule.ask(key, this.#given.clock.monotonic() + inMs, lane)
    this.#pump()
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'working'
    this.#pump()
  }

  /** Starts no further visit; resolves once those under way have ended. */
  async stop(): Promise<void> {
    this.#state = 'stopping'
    this.#cancelTimer()
    if (this.#schedule.running === 0) return
    await new Promise<void>((resolve) => (this.#onIdle = resolve))
  }

  /** Keys that wait for their time or a turn, and keys being visited. */
  get depth(): { readonly waiting: number; readonly running: number } {
    return { waiting: this.#schedule.waiting, running: this.#schedule.running }
  }

  #pump(): void {
    if (this.#state !== 'working') return
    const { clock, workers, mayVisit } = this.#given
    this.#cancelTimer()
    if (!mayVisit()) return this.#pumpIn(mayVisitCheckMs)
    while (this.#schedule.running < workers) {
      if (this.#inOneGo >= mostInOneGo) return this.#pumpIn(0)
      const key = this.#schedule.take(clock.monotonic())
      if (key === undefined) break
      this.#inOneGo++
      void this.#visit(key)
    }
    const next = this.#schedule.nextAt()
    if (next === undefined || this.#schedule.running >= workers) return
    this.#pumpIn(Math.max(next - clock.monotonic(), 0))
  }

  #pumpIn(ms: number): void {
    this.#cancelTimer = this.#given.clock.timer(ms, () => {
      this.#inOneGo = 0
      this.#pump()
    })
  }

  async #visit(key: string): Promise<void> {
    const { clock, visit, onVisit } = this.#given
    const begunAt = clock.monotonic()
    const ms = (): number => clock.monotonic() - begunAt
    try {
      const { found, againInMs, actions } = await visit(key)
      this.#given.backoff.forget(key)
      if (againInMs !== undefined) this.#askAgain(key, againInMs)
      const ending = found ? 'done' : 'gone'
      this.#tell(() => onVisit({ key, ending, ms: ms(), actions, againInMs }))
    } catch (error) {
      const againInMs = this.#given.backoff.failed(key)
      const ending = this.#given.isConflict(error) ? 'changed' : 'failed'
      const lane = ending === 'changed' ? 'user' : 'routine'
      this.#schedule.ask(key, clock.monotonic() + againInMs, lane)
      this.#tell(() => onVisit({ key, ending, ms: ms(), actions: 0, error, againInMs }))
    }
    this.#schedule.giveBack(key)
    if (this.#state === 'stopping' && this.#schedule.running === 0) this.#onIdle()
    this.#pump()
  }

  #askAgain(key: string, inMs: number): void {
    // A kind's mistake must not become a busy loop.
    const ms = Number.isFinite(inMs) ? Math.max(inMs, 10) : soonMs
    // What goes on at once was begun: it ends before more of its like begin.
    const lane = inMs <= 0 ? 'begun' : ms < soonMs ? 'user' : 'routine'
    this.#schedule.ask(key, this.#given.clock.monotonic() + ms, lane)
  }

  #tell(what: () => void): void {
    try {
      what()
    } catch {
      // Bookkeeping that fails must not cost a key its turn.
    }
  }
}
