/** All that the plan and the report may know. Everything here was read; nothing here is decided. */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { ArmError } from '../azure/error.ts'
import type { Id } from '../azure/id.ts'
import type { Connection, Server } from '../azure/model.ts'
import type { Observed } from '../azure/observed.ts'
import { keyOf } from './identity.ts'
import type { Intent } from './intent.ts'
import type { Candidate } from './match.ts'
import type { Attempts } from './pace.ts'

export interface Settings {
  /** ms between looks while a write is under way. */
  readonly inFlightMs: number
  /** ms between looks at rest. */
  readonly resyncMs: number
}

/** An approval that was sent, and of which no look has shown yet whom it reached. */
export interface Unchecked {
  /** The object that had it sent, as it was then. */
  readonly decision: EndpointConnectionDecision
  readonly intent: Intent
  /** ms since the epoch: when it was sent. */
  readonly at: number
}

export interface Observation {
  readonly self: Candidate
  /** Every other decision on the same server, in any namespace. */
  readonly rivals: readonly Candidate[]
  /** Undefined: `spec.serverId` did not parse, and nothing was read. */
  readonly serverId: Id<'server'> | undefined
  /** With its connections; an answer that lacks them is `unreadable`. */
  readonly server: Observed<Server>
  /** GETs sent in this visit, by connection name in lower case. They outrank what the list shows. */
  readonly fresh: ReadonlyMap<string, Observed<Connection>>
  /** What became of earlier writes, as far as this process remembers: for pacing only. */
  readonly attempts: Attempts
  /** ms since the epoch: what was sent before, another process may have sent. */
  readonly knownSince: number
  /** What this process has had approved on behalf of the object, and not looked at since. */
  readonly unchecked: readonly Unchecked[]
  /** ms since the epoch when the server first could not be read, if it can't be now. */
  readonly silentSince: number | undefined
  /** Another decision's write to this server is under way until about then (ms since the epoch). */
  readonly serverTakenUntil: number | undefined
  /** ms since the epoch. */
  readonly now: number
  /** In [0, 1): spreads looks at rest. */
  readonly chance: number
  readonly settings: Settings
  /** The admission policy that checks who may decide is in place, or not asked for. */
  readonly gated: boolean
  /** Every decision and every endpoint object has been read once. */
  readonly synced: boolean
}

/**
 * The server's connections as best known: fresh GETs before the list. One that a GET proves absent is
 * out; one that a GET could not read stays as listed, and `settled` (intent.ts) lets nobody write to it.
 */
export function connectionsOf({
  server,
  fresh,
}: Pick<Observation, 'server' | 'fresh'>): readonly Connection[] {
  if (server.is !== 'present') return []
  const listed = new Map(
    (server.value.connections ?? []).map((connection) => [keyOf(connection), connection] as const),
  )
  for (const [key, look] of fresh) {
    if (look.is === 'present') listed.set(key, look.value)
    if (look.is === 'absent') listed.delete(key)
  }
  return [...listed.values()]
}

export const decisionOf = ({ self }: Observation): EndpointConnectionDecision => self.decision

export const errorOf = <T>(observed: Observed<T>): ArmError | undefined =>
  observed.is === 'unreadable' ? observed.error : undefined
