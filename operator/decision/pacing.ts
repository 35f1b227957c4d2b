/**
 * What this process remembers between visits, for pacing alone: when a write is tried again, since when
 * Azure has been silent, who has a write under way on which server. Losing it costs a repeat of a write
 * that does no harm when repeated, never a wrong one.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Claim } from '../azure/fair-queue.ts'
import type { Turns } from '../azure/turns.ts'
import { nameKey, whoOf } from './identity.ts'
import { revokeKey } from './intent.ts'
import type { Settings } from './observation.ts'
import { settleMs, type Attempt, type Attempts } from './pace.ts'
import { requestedToken } from '../api/requested.ts'

interface Memory {
  /** ms since the epoch of this process's first visit. */
  readonly since: number
  /** A change of spec or a request for a look makes what was refused worth a try at once. */
  stamp: string
  silentSince: number | undefined
  readonly attempts: Map<string, Attempt>
}

export class Pacing {
  readonly #settings: Settings
  readonly #of = new Map<string, Memory>()
  /** By object: the connection that it has written to, by server. */
  readonly #sent = new Map<string, Map<string, string>>()
  readonly #turns: Turns

  constructor(settings: Settings, turns: Turns) {
    this.#settings = settings
    this.#turns = turns
  }

  /** To be called at the start of a visit. @param unchecked names that a look is owed to, whatever the status says */
  visit(
    key: string,
    { metadata, status }: EndpointConnectionDecision,
    unchecked: readonly string[],
    now: number,
  ): void {
    const stamp = JSON.stringify([
      metadata.uid,
      metadata.generation,
      requestedToken(metadata.annotations) ?? null,
    ])
    const fresh: Memory = { since: now, stamp, silentSince: undefined, attempts: new Map() }
    const memory = this.#of.get(key) ?? fresh
    const noted = (status?.memory?.intents ?? []).map(({ name }) => name)
    const names = [...noted, ...unchecked]
    const wanted = new Set(names.flatMap((name) => [nameKey(name), revokeKey(name)]))
    for (const [name, { result }] of memory.attempts) {
      const renewed = memory.stamp !== stamp && result !== 'sent'
      if (renewed || !wanted.has(name)) memory.attempts.delete(name)
    }
    memory.stamp = stamp
    this.#of.set(key, memory)
  }

  forget(key: string): void {
    this.#of.delete(key)
    // A write of its that is under way keeps its turn until it must be over.
    this.#sent.delete(key)
  }

  attempts(key: string): Attempts {
    return new Map(this.#of.get(key)?.attempts)
  }

  /** ms since the epoch: for how long this process knows what has been sent for the object. */
  knownSince(key: string): number | undefined {
    return this.#of.get(key)?.since
  }

  /** ms since the epoch when Azure fell silent for this object; undefined while it answers. */
  silentSince(key: string, silent: boolean, now: number): number | undefined {
    const memory = this.#of.get(key)
    if (!memory) return undefined
    memory.silentSince = silent ? (memory.silentSince ?? now) : undefined
    return memory.silentSince
  }

  /**
   * ms since the epoch until which another object may be writing to the server.
   * @param claim given, it waits for its turn there
   */
  takenUntil(key: string, serverId: string, now: number, claim?: Claim): number | undefined {
    const server = serverId.toLowerCase()
    const who = whoOf(key)
    if (this.#turns.heldBy(server, who, claim) === undefined) return undefined
    return now + this.#turns.heldForMs(server)
  }

  /** Whether the server may be written to for this object now; until `tried` it is then its turn. */
  mayWrite(serverId: string, claim: Claim): boolean {
    const server = serverId.toLowerCase()
    return this.#turns.take([server], claim, settleMs(this.#settings))
  }

  tried(
    key: string,
    serverId: string,
    name: string,
    next: (before: Attempt | undefined) => Attempt | undefined,
  ): void {
    const server = serverId.toLowerCase()
    const memory = this.#of.get(key)
    const before = memory?.attempts.get(name)
    const attempt = next(before)
    if (attempt !== undefined) memory?.attempts.set(name, attempt)
    if (attempt === undefined || attempt === before || attempt.result !== 'sent') {
      if (this.#sent.get(key)?.has(server) !== true) this.#turns.leave([server], whoOf(key))
      return
    }
    const sent = this.#sent.get(key) ?? new Map<string, string>()
    this.#sent.set(key, sent.set(server, name))
  }

  /** A look has shown what came of the writes to these connections. */
  over(key: string, serverId: string, names: readonly string[]): void {
    const server = serverId.toLowerCase()
    const sent = this.#sent.get(key)
    const name = sent?.get(server)
    if (name === undefined || !names.some((one) => nameKey(one) === name)) return
    sent?.delete(server)
    this.#turns.leave([server], whoOf(key))
  }
}
