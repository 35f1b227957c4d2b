/** The status as it should read after this visit. */
import { explain } from '../api/catalogue.ts'
import { progress, store, timestamp } from '../api/condition.ts'
import type { DecisionStatus } from '../api/connection-decision.ts'
import { requestedToken } from '../api/requested.ts'
import { lastName } from '../azure/id.ts'
import { abnormal } from './abnormal.ts'
import { catalogue } from './conditions.ts'
import { entries, history } from './entries.ts'
import { identityOf, requesterOf } from './identity.ts'
import { namesOne } from './match.ts'
import { decisionOf, type Observation } from './observation.ts'
import type { Done } from './outcome.ts'
import type { Plan } from './plan.ts'
import { plain } from './printable.ts'
import { ready } from './ready.ts'
import type { Trouble } from './trouble.ts'
import { standing } from './wording.ts'

export interface Told {
  readonly done: readonly Done[]
  readonly now: Date
  readonly again: number | undefined
}

export function statusOf(
  seen: Observation,
  made: Plan,
  trouble: Trouble | undefined,
  told: Told,
): DecisionStatus {
  const decision = decisionOf(seen)
  const { metadata, status: before } = decision
  const looked = seen.server.is !== 'unreadable'
  const listed = looked ? entries(seen, made) : (before?.connections ?? [])
  const acts = looked ? history(seen, made, told.done, told.now) : (before?.history ?? [])
  const deleted = listed.some((one) => one.decision === 'Delete' && one.state === undefined)
  const conditions = conditionsOf(seen, made, trouble, deleted, told.now)
  const token = requestedToken(decision.metadata.annotations)
  const memory = {
    ...made.memory,
    deniedSince: trouble?.deniedSince && timestamp(new Date(trouble.deniedSince)),
  }
  return compact({
    observedGeneration: metadata.generation,
    lastHandledReconcileAt: token,
    conditions,
    server: seen.serverId && lastName(seen.serverId),
    ...(looked ? counts(made) : pick(before)),
    ...(looked ? theOne(seen, made) : { state: before?.state, requester: before?.requester }),
    connections: listed.length > 0 ? listed : undefined,
    history: acts.length > 0 ? acts : undefined,
    nextRetryTime: nextRetry(before, conditions, trouble, told),
    memory: Object.values(memory).some((note) => note !== undefined) ? compact(memory) : undefined,
  })
}

function conditionsOf(
  seen: Observation,
  made: Plan,
  trouble: Trouble | undefined,
  deleted: boolean,
  now: Date,
): NonNullable<DecisionStatus['conditions']> {
  const { metadata, status } = decisionOf(seen)
  const said = ready(seen, made, trouble, deleted)
  const stalled = trouble?.reason === said.reason ? trouble.stalled : undefined
  const next = [
    ...progress(said, catalogue, stalled === undefined ? {} : { stalled }),
    ...abnormal(seen, made, trouble),
  ]
  return store(status?.conditions ?? [], next, now, metadata.generation)
}

type Counts = Pick<DecisionStatus, 'pending' | 'approved' | 'rejected'>

const pick = (before: Counts | undefined): { [K in keyof Counts]: number | undefined } => ({
  pending: before?.pending,
  approved: before?.approved,
  rejected: before?.rejected,
})

function counts(made: Plan): Required<Counts> {
  const lost = new Set(standing(made, 'lost'))
  const inState = (state: string): number =>
    made.findings.filter((one) => !lost.has(one) && one.connection.state === state).length
  return {
    pending: inState('Pending'),
    approved: inState('Approved'),
    rejected: inState('Rejected'),
  }
}

/** State and requester, where the decision can mean one connection only, and that is there. */
function theOne(
  seen: Observation,
  made: Plan,
): { readonly state: string | undefined; readonly requester: string | undefined } {
  const [one, another] = made.findings
  if (!one || another || !namesOne(decisionOf(seen).spec)) {
    return { state: undefined, requester: undefined }
  }
  const requester = requesterOf(identityOf(one.connection))
  return {
    state: plain(one.connection.state, 64) || undefined,
    requester: requester && plain(requester, 256),
  }
}

/** For failures that need time or a person; rewritten only when the reason changes. */
function nextRetry(
  before: DecisionStatus | undefined,
  conditions: NonNullable<DecisionStatus['conditions']>,
  trouble: Trouble | undefined,
  { now, again }: Told,
): string | undefined {
  const said = conditions.find(({ type }) => type === 'Ready')
  if (!said || trouble?.reason !== said.reason || again === undefined) return undefined
  const retry = explain(catalogue, said)?.retry
  if (retry !== 'slow' && retry !== 'user-fix') return undefined
  const old = before?.conditions?.find(({ type }) => type === 'Ready')
  return old?.reason === said.reason && before?.nextRetryTime !== undefined
    ? before.nextRetryTime
    : timestamp(new Date(now.getTime() + again))
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

const compact = <T extends object>(fields: T): Partial<Defined<T>> & DecisionStatus =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<
    Defined<T>
  > &
    DecisionStatus
