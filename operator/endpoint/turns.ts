/**
 * Whose turn it is at a server: a server takes one change of its endpoints at a time, and an endpoint
 * that comes in between ends Failed. A turn lasts from the write until the endpoint is seen at rest.
 * Holds for one process; another one is kept off by the server's state.
 */

interface Turn {
  /** `namespace/name`. */
  readonly holder: string
  readonly untilMs: number
}

/** No operation lasts longer; whoever has vanished meanwhile gives way. */
const longestMs = 10 * 60_000

export class Turns {
  readonly #turns = new Map<string, Turn>()
  readonly #freedMs = new Map<string, number>()

  /** Who holds the server's turn, if it is somebody else. */
  heldBy(server: string, key: string, nowMs: number): string | undefined {
    const turn = this.#turns.get(server)
    if (turn === undefined || turn.holder === key) return undefined
    if (turn.untilMs > nowMs) return turn.holder
    this.#turns.delete(server)
    return undefined
  }

  /** False when somebody else holds it. */
  take(server: string, key: string, nowMs: number): boolean {
    if (this.heldBy(server, key, nowMs) !== undefined) return false
    this.#turns.set(server, { holder: key, untilMs: nowMs + longestMs })
    return true
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
    for (const [server, { holder }] of this.#turns)
      if (holder === key) this.give(server, key, nowMs)
  }
}
