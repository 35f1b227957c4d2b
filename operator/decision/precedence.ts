/**
 * Who decides on a connection where several decisions meet: Delete, then Reject, then Approve, whatever
 * their age; of equal ones the oldest. Suspension stops writes and opens no door: a suspended Delete or
 * Reject still goes before every Approve, and shields nobody from one that acts. A decision that is being
 * deleted has no rank. One that can decide nothing more, because its time is over or its limit is reached,
 * claims only what already has its outcome.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { Connection } from '../azure/model.ts'
import { identityOf, keyOf, nameKey, sameIdentity } from './identity.ts'
import { flawOf } from './flaw.ts'
import { matches, type Candidate } from './match.ts'
import { acts, transitionOf, type Act } from './transitions.ts'

/** Connection (by `keyOf`) → the decision that acts on it. */
export type Claims = ReadonlyMap<string, Candidate>

export const actOf = ({ spec }: EndpointConnectionDecision): Act | undefined =>
  acts.find((act) => act === spec.action)

export const objectKey = ({ metadata }: EndpointConnectionDecision): string =>
  `${metadata.namespace}/${metadata.name}`

const strength: { readonly [A in Act]: number } = { Delete: 0, Reject: 1, Approve: 2 }
/** The same of suspended ones, in between. */
const suspended: { readonly [A in Act]: number } = { Delete: 1.1, Reject: 1.2, Approve: 2 }

const rank = ({ decision }: Candidate): string => {
  const act = actOf(decision)
  const { creationTimestamp, uid } = decision.metadata
  const place = act && (decision.spec.suspend ? suspended : strength)[act]
  return [place ?? 9, creationTimestamp, objectKey(decision), uid].join('\n')
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const expired = ({ spec }: EndpointConnectionDecision, now: number): boolean =>
  spec.decideUntil !== undefined && !(Date.parse(spec.decideUntil) > now)

export function claims(
  candidates: readonly Candidate[],
  connections: readonly Connection[],
  now: number,
): Claims {
  const byName = new Map(connections.map((connection) => [keyOf(connection), connection]))
  const claimed = new Map<string, Candidate>()
  const contenders = candidates
    .filter(({ decision: it }) => actOf(it) && !it.metadata.deletionTimestamp && !flawOf(it))
    .map((candidate) => ({ candidate, rank: rank(candidate) }))
    .sort((a, b) => compare(a.rank, b.rank))
  for (const { candidate } of contenders) {
    const free = selected(candidate, connections, byName).filter((c) => !claimed.has(keyOf(c)))
    for (const connection of decidable(candidate.decision, free, now)) {
      claimed.set(keyOf(connection), candidate)
    }
  }
  return claimed
}

/** What the decision would claim if it stood alone. */
export const wishes = (self: Candidate, connections: readonly Connection[], now: number): Claims =>
  claims([self], connections, now)

/** The matching connections; by name they are looked up, so that a thousand rows cost a thousand look-ups. */
function selected(
  candidate: Candidate,
  connections: readonly Connection[],
  byName: ReadonlyMap<string, Connection>,
): readonly Connection[] {
  const wanted = candidate.decision.spec.connections?.names
  const few = wanted
    ? [...new Set(wanted.map(nameKey))].flatMap((name) => byName.get(name) ?? [])
    : connections
  return few.filter((connection) => matches(candidate, connection))
}

function decidable(
  decision: EndpointConnectionDecision,
  free: readonly Connection[],
  now: number,
): readonly Connection[] {
  const act = actOf(decision)
  if (act === undefined) return []
  const open = free.filter(({ state }) => transitionOf(act, state).step === 'write')
  const settled = free.filter((connection) => !open.includes(connection))
  if (expired(decision, now)) return settled
  return [...settled, ...withinLimit(decision, free, open)]
}

/**
 * The Pending connections for which `maxApproved` leaves room. What is approved counts, by whomever;
 * so does what this decision has approved though a list doesn't show it yet. Those already bound come
 * first, then by name: the order must not depend on when somebody looks.
 */
function withinLimit(
  decision: EndpointConnectionDecision,
  free: readonly Connection[],
  open: readonly Connection[],
): readonly Connection[] {
  const { spec, status, metadata } = decision
  if (spec.action !== 'Approve' || spec.maxApproved === undefined) return open
  const memory = status?.memory
  const done = new Set(memory?.generation === metadata.generation ? memory.done?.map(nameKey) : [])
  const bound = (connection: Connection): boolean =>
    memory?.intents?.some(
      (intent) =>
        intent.action === 'Approve' &&
        sameIdentity({ ...intent, groupIds: intent.groupIds ?? [] }, identityOf(connection)),
    ) ?? false
  const held = free.filter(({ state }) => state === 'Approved')
  const approved = open.filter((connection) => done.has(keyOf(connection)))
  const asking = open
    .filter((connection) => !approved.includes(connection))
    .map((connection) => ({ connection, rank: `${bound(connection) ? 0 : 1}${keyOf(connection)}` }))
    .sort((a, b) => compare(a.rank, b.rank))
  const room = Math.max(0, spec.maxApproved - held.length - approved.length)
  return [...approved, ...asking.slice(0, room).map(({ connection }) => connection)]
}
