/** What one visit knows of the server's connections as a whole: who acts on which, and what is free. */
import { annotations, type EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Connection } from '../azure/model.ts'
import { intentsOf, judge, maybeSent, type Intent } from './intent.ts'
import { connectionsOf, decisionOf, type Observation } from './observation.ts'
import { settleMs } from './pace.ts'
import { claims, wishes, type Claims } from './precedence.ts'

export interface World {
  readonly connections: readonly Connection[]
  readonly claims: Claims
  /** Claims that the decision would have if it stood alone. */
  readonly wishes: Claims
}

export function worldOf(seen: Observation): World {
  const connections = connectionsOf(seen)
  return {
    connections,
    claims: claims([seen.self, ...seen.rivals], connections, seen.now),
    wishes: wishes(seen.self, connections, seen.now),
  }
}

/** Without those of which nothing comes any more: what they bound is free to be bound anew. */
export const standingIntents = (
  seen: Observation,
  { claims }: World,
): ReadonlyMap<string, Intent> =>
  new Map([...intentsOf(seen)].filter(([, intent]) => judge(seen, intent, claims).is !== 'void'))

export const ignoresHa = (seen: Observation): boolean =>
  decisionOf(seen).metadata.annotations?.[annotations.ignoreHa] === 'true'

/**
 * One write per server: ours that may be under way, or another decision's, as this process remembers it
 * or as the other's history tells. What else Azure is doing there it says itself, by a refusal: a
 * stranger who keeps his own connections moving must not hold up what is decided about them.
 */
export const taken = (seen: Observation): boolean =>
  (seen.serverTakenUntil ?? 0) > seen.now ||
  [...intentsOf(seen).values()].some(({ name }) => maybeSent(seen, name)) ||
  seen.rivals.some(({ decision }) => isWriting(seen, decision))

const isWriting = (
  { now, settings }: Observation,
  { status }: EndpointConnectionDecision,
): boolean =>
  status?.memory?.intents !== undefined &&
  status.history?.some(
    ({ at, after }) => after === undefined && now - Date.parse(at) < settleMs(settings),
  ) === true
