/**
 * A decision on its way: recorded in the status with the identity that it is bound to, before anything
 * is written, and kept until a GET shows what came of it. Decides what a look says about a recorded
 * intent. An approval that reached another identity is taken back, unless another decision gives it.
 */
import type { DecisionStatus, EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Connection } from '../azure/model.ts'
import { identityOf, keyOf, nameKey, sameIdentity, type Identity } from './identity.ts'
import { namesWhose } from './match.ts'
import { connectionsOf, decisionOf, type Observation } from './observation.ts'
import { settleMs } from './pace.ts'
import { actOf, type Claims } from './precedence.ts'
import { acts, transitionOf, type Act } from './transitions.ts'

export type Memory = NonNullable<DecisionStatus['memory']>
/** Notes of one sort that a status can hold. */
export const noteLimit = 100

export type Intent = NonNullable<Memory['intents']>[number]

export const identityOfIntent = ({ name, privateEndpointId, groupIds = [] }: Intent): Identity => ({
  name,
  groupIds,
  ...(privateEndpointId !== undefined && { privateEndpointId }),
})

export const isBoundTo = (intent: Intent, connection: Connection): boolean =>
  sameIdentity(identityOfIntent(intent), identityOf(connection))

/** Unknown actions of a later release are undefined, and nothing is done for them. */
export const actOfIntent = ({ action }: Intent): Act | undefined =>
  acts.find((act) => act === action)

export const intentsOf = (seen: Observation): ReadonlyMap<string, Intent> =>
  new Map(decisionOf(seen).status?.memory?.intents?.map((intent) => [nameKey(intent.name), intent]))

/** Full names that this generation has acted on; nothing is done twice. */
export function doneOf(seen: Observation): ReadonlySet<string> {
  const { metadata, status } = decisionOf(seen)
  const memory = status?.memory
  return new Set(memory?.generation === metadata.generation ? memory.done?.map(nameKey) : [])
}

/** Azure works on it. States that Azure may invent count as work; no state at all as none. */
export const busy = ({ provisioningState }: Connection): boolean =>
  !['Succeeded', 'Failed', 'Canceled', 'Cancelled', ''].includes(provisioningState)

/** A write went out so lately that a look without its effect proves nothing. */
export function maybeSent(seen: Observation, name: string): boolean {
  const key = nameKey(name)
  const attempt = seen.attempts.get(key)
  const recent = (at: number): boolean => seen.now - at < settleMs(seen.settings)
  if (attempt?.result === 'sent' && recent(attempt.at)) return true
  const open = decisionOf(seen).status?.history?.find(
    (entry) => nameKey(entry.name) === key && entry.after === undefined,
  )
  return open !== undefined && recent(Date.parse(open.at))
}

/** The same, where a process before this one may have sent it and died before it could note that. */
export const maybeSentByAny = (seen: Observation, name: string): boolean =>
  maybeSent(seen, name) || seen.now - seen.knownSince < settleMs(seen.settings)

export type Judgement =
  /** Still to be written, under way, or not to be told yet. */
  | { readonly is: 'open' }
  /** A GET shows the outcome on the identity that was bound. `after` undefined: removed. */
  | { readonly is: 'done'; readonly after?: string }
  /** Nothing comes of it any more. */
  | { readonly is: 'void' }
  /** Under that name there is somebody else now. */
  | { readonly is: 'foreign'; readonly connection: Connection; readonly revoke: boolean }

/** @param alone no object holds the intent any more, so none wants it */
export function judge(seen: Observation, intent: Intent, claims: Claims, alone = false): Judgement {
  const key = nameKey(intent.name)
  const look = seen.fresh.get(key)
  const act = actOfIntent(intent)
  const winner = claims.get(key)
  const wanted = !alone && winner?.decision === decisionOf(seen) && actOf(winner.decision) === act
  if (look?.is === 'absent') return act === 'Delete' ? { is: 'done' } : { is: 'void' }
  if (alone && look === undefined) return { is: 'open' }
  if (look?.is !== 'present') {
    if (wanted || look || maybeSentByAny(seen, key)) return { is: 'open' }
    const known = connectionsOf(seen).some((connection) => keyOf(connection) === key)
    return { is: known ? 'void' : 'open' }
  }
  const connection = look.value
  if (!isBoundTo(intent, connection)) return foreign(seen, intent, connection, claims, alone)
  if (act === undefined) return { is: 'void' }
  const { step } = transitionOf(act, connection.state)
  if (step === 'reached' && !busy(connection)) return { is: 'done', after: connection.state }
  if (step === 'impossible') return { is: 'void' }
  return wanted || busy(connection) || maybeSentByAny(seen, key) ? { is: 'open' } : { is: 'void' }
}

/**
 * Whether a decision that has the connection gives it this very identity: it says whose it must be, or is
 * bound to it. A name alone does not tell an endpoint that was meant from one that came in its place.
 */
const gives = (winner: EndpointConnectionDecision, connection: Connection): boolean =>
  actOf(winner) === 'Approve' &&
  (namesWhose(winner.spec) ||
    (winner.status?.memory?.intents?.some((intent) => isBoundTo(intent, connection)) ?? false))

/** Where the pace of taking an approval back is remembered, apart from that of giving it. */
export const revokeKey = (name: string): string => `revoke/${nameKey(name)}`

/**
 * The intent stays as long as the generation does: whoever came under the name is not who was decided
 * on, and a new decision is needed for them. It goes only when no approval can be under way.
 */
function foreign(
  seen: Observation,
  intent: Intent,
  connection: Connection,
  claims: Claims,
  alone: boolean,
): Judgement {
  const winner = claims.get(keyOf(connection))?.decision
  const givenByAnother =
    winner !== undefined && (alone || winner !== decisionOf(seen)) && gives(winner, connection)
  const revoke =
    intent.action === 'Approve' &&
    connection.state === 'Approved' &&
    !busy(connection) &&
    !givenByAnother &&
    !((seen.attempts.get(revokeKey(intent.name))?.nextAt ?? 0) > seen.now)
  const { metadata, status } = decisionOf(seen)
  const bound = intent.generation ?? status?.memory?.generation
  const old = alone || bound !== metadata.generation
  const over = connection.state !== 'Approved' || intent.action !== 'Approve' || givenByAnother
  return old && over && !busy(connection) && !maybeSentByAny(seen, intent.name)
    ? { is: 'void' }
    : { is: 'foreign', connection, revoke }
}
