/** What the status lists: the connections, unfinished ones first, and the last acts. Pure. */
import { timestamp } from '../api/condition.ts'
import type { DecisionStatus, EndpointConnectionDecision } from '../api/connection-decision.ts'
import { entryOf, type Finding, type Standing } from './finding.ts'
import { identityOf, keyOf, nameKey, nameOf } from './identity.ts'
import { busy, type Intent } from './intent.ts'
import { connectionsOf, decisionOf, type Observation } from './observation.ts'
import { correlationOf, decided, sent, type Done } from './outcome.ts'
import type { Plan } from './plan.ts'
import { actOf, claims, objectKey, type Claims } from './precedence.ts'
import { plain } from './printable.ts'

export type Entry = NonNullable<DecisionStatus['connections']>[number]
export type Act = NonNullable<DecisionStatus['history']>[number]

/** Entries that a status can hold. */
const most = 100
/** Acts that are kept. */
const remembered = 5

const finished: readonly Standing['is'][] = ['reached', 'settled', 'lost']

export const isUnfinished = ({ standing }: Finding): boolean => !finished.includes(standing.is)

export function entries(seen: Observation, made: Plan): readonly Entry[] {
  const decision = decisionOf(seen)
  const all = claims([seen.self, ...seen.rivals], connectionsOf(seen), seen.now)
  const intents = new Map(
    [...made.finished.map(({ intent }) => intent), ...(made.memory?.intents ?? [])].map(
      (intent) => [nameKey(intent.name), intent],
    ),
  )
  const present = made.findings
    .toSorted(
      (a, b) =>
        Number(isUnfinished(b)) - Number(isUnfinished(a)) ||
        (keyOf(a.connection) < keyOf(b.connection) ? -1 : 1),
    )
    .slice(0, most)
    .map((finding) => entry(seen, finding, intents, all))
  return [...present, ...removed(decision, made)].slice(0, most)
}

function entry(
  seen: Observation,
  { connection, standing }: Finding,
  intents: ReadonlyMap<string, Intent>,
  all: Claims,
): Entry {
  const decision = decisionOf(seen)
  const key = keyOf(connection)
  const intent = intents.get(key)
  // An intent that came to nothing is no decision taken.
  const noted = decision.status?.memory?.intents?.some(({ name }) => nameKey(name) === key)
  const before = noted ? undefined : entryOf(seen, connection)
  const own = intent
    ? { decision: intent.action, by: objectKey(decision), at: intent.at }
    : before && pick(before, ['decision', 'by', 'at'])
  const winner = all.get(key)?.decision
  const other = winner !== decision ? winner : undefined
  const state = plain(connection.state, 64)
  const description = plain(connection.description, 256)
  // Once decided on, the identity that was bound stays in view, whoever stands there now.
  const bound = standing.is === 'foreign' ? (intent ?? before) : undefined
  return {
    ...shown(bound ?? identityOf(connection)),
    name: nameOf(connection),
    ...(state !== '' && { state }),
    ...(description !== '' && { description }),
    ...(own?.decision === undefined ? other && elsewhere(decision, other) : own),
  }
}

const shown = ({
  privateEndpointId,
  groupIds = [],
}: {
  readonly privateEndpointId?: string
  readonly groupIds?: readonly string[]
}): Pick<Entry, 'privateEndpointId' | 'groupIds'> => ({
  ...(privateEndpointId !== undefined && { privateEndpointId: plain(privateEndpointId, 1024) }),
  ...(groupIds.length > 0 && { groupIds: groupIds.slice(0, 16).map((id) => plain(id, 128)) }),
})

/** Only a decision of the same namespace is named: readers here may not see others. */
const elsewhere = (
  self: EndpointConnectionDecision,
  other: EndpointConnectionDecision,
): Pick<Entry, 'decision' | 'by'> => ({
  ...(actOf(other) && { decision: actOf(other) ?? '' }),
  ...(other.metadata.namespace === self.metadata.namespace && { by: objectKey(other) }),
})

/** Connections that this decision removed, for as long as it names them. */
function removed(decision: EndpointConnectionDecision, made: Plan): readonly Entry[] {
  const by = objectKey(decision)
  const named = new Set(decision.spec.connections?.names?.map(nameKey))
  const there = new Set(made.findings.map(({ connection }) => keyOf(connection)))
  const before = (decision.status?.connections ?? []).filter(
    (one) => one.decision === 'Delete' && one.by === by && one.state === undefined,
  )
  const now = made.finished
    .filter(({ intent }) => intent.action === 'Delete')
    .map(({ intent }) => ({
      name: intent.name,
      ...shown(intent),
      decision: intent.action,
      by,
      at: intent.at,
    }))
  const all = new Map([...before, ...now].map((one) => [nameKey(one.name), one]))
  return [...all].flatMap(([key, one]) => (named.has(key) && !there.has(key) ? [one] : []))
}

/** The last acts, newest first: begun when Azure took the write, completed when a look shows more. */
export function history(
  seen: Observation,
  made: Plan,
  done: readonly Done[],
  now: Date,
): readonly Act[] {
  const before = (decisionOf(seen).status?.history ?? []).map((act) => complete(seen, made, act))
  const missing = made.finished
    .filter(({ intent }) => !before.some((act) => concerns(act, intent)))
    .map((one) => ({
      ...shownIntent(one.intent),
      action: one.intent.action,
      at: one.intent.at,
      after: one.after === undefined ? 'Deleted' : plain(one.after, 64),
    }))
  const write = decided(done)
  const begun = write && sent(write) ? [begin(decisionOf(seen), write, now)] : []
  const others = before.filter((act) => !begun.some((one) => isOpen(act) && sameAct(act, one)))
  return [...begun, ...missing, ...others].slice(0, remembered)
}

function begin(
  decision: EndpointConnectionDecision,
  { action, outcome }: NonNullable<ReturnType<typeof decided>>,
  now: Date,
): Act {
  const { act, connection } = action
  const correlationId = correlationOf(outcome)
  return {
    ...whose(decision),
    at: timestamp(now),
    name: nameOf(connection),
    ...pick(shown(identityOf(connection)), ['privateEndpointId']),
    action: act,
    before: plain(connection.state, 64),
    ...(correlationId !== undefined && { correlationId: plain(correlationId, 128) }),
  }
}

/** The revision of the object that acts, and whose it is. */
const whose = ({
  metadata,
  spec,
}: EndpointConnectionDecision): Pick<Act, 'generation' | 'decidedBy'> => ({
  generation: metadata.generation,
  ...(spec.decidedBy && { decidedBy: plain(spec.decidedBy.username, 256) }),
})

const isOpen = (act: Act): boolean => act.after === undefined
const sameAct = (a: Act, b: Pick<Act, 'name' | 'action'>): boolean =>
  nameKey(a.name) === nameKey(b.name) && a.action === b.action
/** The act of this intent, open, or completed since the intent was recorded. */
const concerns = (act: Act, intent: Intent): boolean => sameAct(act, intent) && act.at >= intent.at

const shownIntent = (intent: Intent): Pick<Act, 'name' | 'privateEndpointId' | 'before'> => ({
  name: intent.name,
  ...pick(shown(intent), ['privateEndpointId']),
  ...(intent.before !== undefined && { before: intent.before }),
})

function complete(seen: Observation, made: Plan, act: Act): Act {
  if (!isOpen(act)) return act
  const finish = made.finished.find(({ intent }) => sameAct(act, intent))
  if (finish)
    return { ...act, after: finish.after === undefined ? 'Deleted' : plain(finish.after, 64) }
  const now = connectionsOf(seen).find((connection) => keyOf(connection) === nameKey(act.name))
  const moved = now && !busy(now) && now.state !== act.before
  return moved ? { ...act, after: plain(now.state, 64) } : act
}

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const some: Partial<Pick<T, K>> = {}
  for (const key of keys) if (from[key] !== undefined) some[key] = from[key]
  return some
}
