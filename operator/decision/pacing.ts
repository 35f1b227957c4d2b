/**
 * What this process remembers between visits, for pacing alone: when a write is tried again, since when
 * Azure has been silent, who has a write under way on which server. Losing it costs a repeat of a write
 * that does no harm when repeated, never a wrong one.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { nameKey } from './identity.ts'
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

interface Taken {
  readonly key: string
  readonly name: string
  /** ms since the epoch. */
  readonly until: number
}

export class Pacing {
  readonly #settings: Settings
  readonly #of = new Map<string, Memory>()
  readonly #taken = new Map<string, Taken>()

  constructor(settings: Settings) {
    this.#settings = settings
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

  /** ms since the epoch until which another object's write to the server may be under way. */
  takenUntil(key: string, serverId: string): number | undefined {
    const taken = this.#taken.get(serverId.toLowerCase())
    return taken && taken.key !== key ? taken.until : undefined
  }

  tried(
    key: string,
    serverId: string,
    name: string,
    next: (before: Attempt | undefined) => Attempt | undefined,
  ): void {
    const memory = this.#of.get(key)
    const attempt = next(memory?.attempts.get(name))
    if (!attempt) return
    memory?.attempts.set(name, attempt)
    if (attempt.result !== 'sent') return
    const until = attempt.at + settleMs(this.#settings)
    this.#taken.set(serverId.toLowerCase(), { key, name, until })
  }

  /** A look has shown what came of the writes to these connections. */
  over(key: string, serverId: string, names: readonly string[]): void {
    const server = serverId.toLowerCase()
    const taken = this.#taken.get(server)
    if (taken?.key === key && names.some((name) => nameKey(name) === taken.name)) {
      this.#taken.delete(server)
    }
  }
}
