/**
 * Where the decision stands with one connection: one word of a closed set, from which everything that
 * is written and said follows. `write` is reached in one place, behind every condition for it.
 */
import type { ArmError } from '../azure/error.ts'
import type { Connection, Server } from '../azure/model.ts'
import { gate, type Closed } from './gate.ts'
import { bindable, identityOf, keyOf, nameKey, sameIdentity } from './identity.ts'
import {
  actOfIntent,
  busy,
  doneOf,
  isBoundTo,
  maybeSent,
  noteLimit,
  type Intent,
} from './intent.ts'
import { matches, type Candidate } from './match.ts'
import { decisionOf, type Observation } from './observation.ts'
import { actOf, expired, objectKey } from './precedence.ts'
import { ignoresHa, standingIntents, taken, type World } from './world.ts'
import { transitionOf, type Act } from './transitions.ts'

export type Standing =
  /** Nobody has decided on it. */
  | { readonly is: 'undecided' }
  /** Not ours to decide, and nothing waits: decided elsewhere, or over. */
  | { readonly is: 'settled' }
  /** `maxApproved` is reached; the time is over. */
  | { readonly is: 'full' | 'expired' }
  | { readonly is: 'lost'; readonly to: Candidate }
  | { readonly is: 'reached' }
  /** To be bound now, to be written by a later visit. */
  | { readonly is: 'record' }
  /** Bound, and may be written now. */
  | { readonly is: 'write'; readonly intent: Intent }
  /** The server must settle first. */
  | { readonly is: 'gated'; readonly closed: Closed }
  /** Another write to this server is under way. */
  | { readonly is: 'queued' }
  | { readonly is: 'refused'; readonly error: ArmError }
  /** Written, or being looked at; `tries` that had no effect. */
  | { readonly is: 'inFlight'; readonly tries: number }
  | { readonly is: 'suspended' | 'ungated' }
  /** Azure can't do it. */
  | { readonly is: 'impossible'; readonly remedy: string }
  | { readonly is: 'unknownState' }
  /** Somebody changed it after us. */
  | { readonly is: 'drifted' }
  /** Another identity stands under the name that was bound. */
  | { readonly is: 'foreign' }

export interface Finding {
  readonly connection: Connection
  readonly standing: Standing
  /** Somebody changed what we had done, whatever else is said. */
  readonly drifted: boolean
}

/** One finding for each connection that the decision's selection holds. */
export function findings(seen: Observation, server: Server, world: World): readonly Finding[] {
  const act = actOf(decisionOf(seen))
  const own = world.connections.filter((connection) => matches(seen.self, connection))
  if (act === undefined) {
    return own.map((connection) => ({
      connection,
      standing: unasked(connection, world),
      drifted: false,
    }))
  }
  const context: Context = {
    seen,
    act,
    world,
    closed: gate(act, server, ignoresHa(seen)),
    taken: taken(seen),
    intents: standingIntents(seen, world),
    done: doneOf(seen),
  }
  const found = own.map((connection) => {
    const standing = stand(context, connection)
    return { connection, standing, drifted: driftedFrom(context, connection, standing) }
  })
  return withinNotes(context, found)
}

/** The status has room for so many notes; who finds none waits his turn, like one whose server is taken. */
function withinNotes({ intents }: Context, found: readonly Finding[]): readonly Finding[] {
  let room = noteLimit - intents.size
  return found.map((finding) => {
    const { connection, standing } = finding
    if (standing.is !== 'record' || intents.has(keyOf(connection))) return finding
    return room-- > 0 ? finding : { ...finding, standing: { is: 'queued' } }
  })
}

interface Context {
  readonly seen: Observation
  readonly act: Act
  readonly world: World
  readonly closed: Closed | undefined
  readonly taken: boolean
  readonly intents: ReadonlyMap<string, Intent>
  readonly done: ReadonlySet<string>
}

function unasked(connection: Connection, { claims }: World): Standing {
  const open = connection.state === 'Pending' || connection.state === 'Approved'
  return { is: open && !claims.has(keyOf(connection)) ? 'undecided' : 'settled' }
}

function stand(context: Context, connection: Connection): Standing {
  const { seen, act, world } = context
  const key = keyOf(connection)
  const winner = world.claims.get(key)
  if (winner === undefined) return { is: expired(decisionOf(seen), seen.now) ? 'expired' : 'full' }
  if (winner.decision !== decisionOf(seen)) {
    return world.wishes.has(key) ? { is: 'lost', to: winner } : { is: 'settled' }
  }
  const intent = context.intents.get(key)
  if (intent ? !isBoundTo(intent, connection) : wasAnother(seen, act, connection)) {
    return { is: 'foreign' }
  }
  if (seen.fresh.get(key)?.is === 'unreadable') return inFlight(seen, key)
  const { step, means } = transitionOf(act, connection.state)
  switch (step) {
    case 'reached':
      return intent && !seen.fresh.has(key) ? inFlight(seen, key) : { is: 'reached' }
    case 'impossible':
      return { is: 'impossible', remedy: means }
    case 'wait':
      return { is: 'unknownState' }
    case 'write':
      return toWrite(context, connection, intent)
  }
}

/** Every condition for a write; the last line is the only one that lets it through. */
function toWrite(context: Context, connection: Connection, intent: Intent | undefined): Standing {
  const { seen, act, closed, done } = context
  const key = keyOf(connection)
  const attempt = seen.attempts.get(key)
  if (done.has(key)) {
    return seen.fresh.get(key)?.is === 'present' ? { is: 'drifted' } : inFlight(seen, key)
  }
  if (!bindable(identityOf(connection))) return { is: 'unknownState' }
  if (!seen.gated) return { is: 'ungated' }
  if (busy(connection) || maybeSent(seen, key)) return inFlight(seen, key)
  if (decisionOf(seen).spec.suspend) return { is: 'suspended' }
  if (attempt && seen.now < attempt.nextAt) {
    return attempt.result === 'sent'
      ? inFlight(seen, key)
      : { is: 'refused', error: attempt.result }
  }
  if (closed) return { is: 'gated', closed }
  if (context.taken) return { is: 'queued' }
  if (intent === undefined || actOfIntent(intent) !== act) return { is: 'record' }
  return { is: 'write', intent }
}

const inFlight = (seen: Observation, key: string): Standing => {
  const attempt = seen.attempts.get(key)
  return { is: 'inFlight', tries: attempt?.result === 'sent' ? attempt.count : 0 }
}

type Entry = NonNullable<NonNullable<Candidate['decision']['status']>['connections']>[number]

/** What the status says that this decision did to the connection. */
export function entryOf(seen: Observation, connection: Connection): Entry | undefined {
  const decision = decisionOf(seen)
  const entry = decision.status?.connections?.find(
    ({ name }) => nameKey(name) === keyOf(connection),
  )
  return entry?.by === objectKey(decision) ? entry : undefined
}

/** Approved by us in this generation, and since then another identity stands under the name. */
function wasAnother(seen: Observation, act: Act, connection: Connection): boolean {
  const entry = entryOf(seen, connection)
  if (entry?.decision !== act || !doneOf(seen).has(keyOf(connection))) return false
  const now = identityOf(connection)
  const { name, groupIds = [], privateEndpointId } = entry
  return !sameIdentity(
    { name, groupIds, ...(privateEndpointId !== undefined && { privateEndpointId }) },
    now,
  )
}

function driftedFrom(context: Context, connection: Connection, standing: Standing): boolean {
  if (standing.is === 'drifted') return true
  if (standing.is !== 'impossible' || context.intents.has(keyOf(connection))) return false
  return entryOf(context.seen, connection)?.decision === context.act
}
