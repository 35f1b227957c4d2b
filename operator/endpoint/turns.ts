/**
 * Whose turn it is at a server: a server takes one change of its endpoints at a time, and an endpoint
 * that comes in between ends Failed. A turn lasts from the write until the endpoint is seen at rest; whoever
 * had the last one lets those go first who wait. Holds for one process; another one is kept off by the
 * server's state.
 */

interface Turn {
  /** `namespace/name`. */
  readonly holder: string
  readonly untilMs: number
}

/** No operation lasts longer; whoever has vanished meanwhile gives way. */
const longestMs = 10 * 60_000
/** Those who wait ask more often than this, or wait no longer. */
const waitingMs = 45_000

export class Turns {
  readonly #turns = new Map<string, Turn>()
  readonly #freedMs = new Map<string, number>()
  readonly #last = new Map<string, string>()
  /** By server: when each of those who wait last asked, ms since the epoch. */
  readonly #waiting = new Map<string, Map<string, number>>()

  /** Who holds the server's turn, if it is somebody else. */
  heldBy(server: string, key: string, nowMs: number): string | undefined {
    const turn = this.#turns.get(server)
    if (turn === undefined || turn.holder === key) return undefined
    if (turn.untilMs > nowMs) return turn.holder
    this.#turns.delete(server)
    return undefined
  }

  /** False when somebody else holds it, or when it is somebody else's after the last one. */
  take(server: string, key: string, nowMs: number): boolean {
    if (this.heldBy(server, key, nowMs) !== undefined) return false
    const again = this.#last.get(server) === key
    if (again && !this.#turns.has(server) && this.#awaited(server, key, nowMs)) return false
    this.#turns.set(server, { holder: key, untilMs: nowMs + longestMs })
    this.#last.set(server, key)
    this.#waiting.get(server)?.delete(key)
    return true
  }

  /** This one would take the turn as soon as it is free. */
  wait(server: string, key: string, nowMs: number): void {
    const waiting = this.#waiting.get(server) ?? new Map<string, number>()
    this.#waiting.set(server, waiting.set(key, nowMs))
  }

  #awaited(server: string, key: string, nowMs: number): boolean {
    const waiting = this.#waiting.get(server) ?? new Map<string, number>()
    for (const [other, askedMs] of waiting) {
      if (askedMs + waitingMs <= nowMs) waiting.delete(other)
    }
    return [...waiting.keys()].some((other) => other !== key)
  }

  give(server: string, key: string, nowMs: number): void {
    if (this.#turns.get(server)?.holder !== key) return
    this.#turns.delete(server)
    this.#freedMs.set(server, nowMs)
  }

  /** What was read of the server before this proves nothing; ms since the epoch. */
  freedAtMs(server: string): number | undefined {
    return this.#freedMs.get(server)
  }

  /** Gives back whatever an object that is gone may hold. */
  forget(key: string, nowMs: number): void {
    for (const waiting of this.#waiting.values()) waiting.delete(key)
    for (const [server, { holder }] of this.#turns)
      if (holder === key) this.give(server, key, nowMs)
  }
}
