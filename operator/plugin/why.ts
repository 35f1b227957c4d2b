/**
 * Why an object is not as it should be: for each condition that does not hold its cause, the remedy, since
 * when, and when it is tried again. All of it stands in the catalogues and the status; must never guess a
 * cause of its own. Pure.
 */
import { explain, ours, type Catalogue, type RetryClass } from '../api/catalogue.ts'
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import { labels } from '../api/group.ts'
import type { StoredCondition } from '../api/kubernetes.ts'
import { finalizer, type PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { catalogue as decisionCatalogue } from '../decision/conditions.ts'
import { catalogue as endpointCatalogue } from '../endpoint/conditions.ts'
import { duration } from './paint.ts'
import type { KindName } from './refs.ts'

export const catalogues: Readonly<Record<KindName, Catalogue>> = {
  endpoint: endpointCatalogue,
  decision: decisionCatalogue,
}

export interface Answer {
  /** Types of conditions that say this; none: they say nothing yet. */
  readonly conditions: readonly string[]
  readonly reason: string
  readonly cause: string
  /** What the operator said, with names and Azure's own words. */
  readonly message?: string
  readonly remedy: string
  /** RFC 3339. */
  readonly since?: string
  /** When it is tried again. */
  readonly next: string
  /** Only a person can help. */
  readonly stalled: boolean
}

type Explained = PostgresPrivateEndpoint | EndpointConnectionDecision

const again: Readonly<Record<RetryClass | 'seen', string>> = {
  fast: 'by itself, within a minute',
  throttle: 'by itself, when Azure allows',
  slow: 'by itself, within the hour',
  'user-fix': 'hourly, and at once after a change of the object',
  seen: 'by itself, as soon as what it waits for is seen',
}
const nothingToDo = 'Nothing: it goes on by itself.'

/** Nothing for an object of which all is well. */
export function answersOf(kind: KindName, object: Explained, now: Date): readonly Answer[] {
  const catalogue = catalogues[kind]
  const conditions = object.status?.conditions ?? []
  const ready = conditions.find(({ type }) => type === 'Ready')
  const unmet = ready !== undefined && ready.status !== 'True' ? [ready] : []
  const abnormal = conditions.filter(
    (one) =>
      one.status === 'True' &&
      ours(catalogue, one) &&
      catalogue[one.type]?.polarity === 'abnormal-true',
  )
  // What only says once more why it is not Ready is part of that answer.
  const [same, others] = [
    abnormal.filter(({ type }) => type === unmet[0]?.reason),
    abnormal.filter(({ type }) => type !== unmet[0]?.reason),
  ]
  return [
    ...unseen(object),
    ...unmet.map((one) => answer(catalogue, object, [one, ...same], now)),
    ...others.map((one) => answer(catalogue, object, [one], now)),
    ...heldByOthers(object),
  ]
}

/** Of an object of which all is well: what its Ready says. Undefined: it says nothing. */
export function wellOf(kind: KindName, { status }: Explained): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const explained = ready && explain(catalogues[kind], ready)
  return explained && [explained.means, explained.remedy].filter(Boolean).join(' ')
}

function answer(
  catalogue: Catalogue,
  object: Explained,
  [first, ...same]: readonly [StoredCondition, ...StoredCondition[]],
  now: Date,
): Answer {
  const all = [first, ...same]
  const explained = all.map((one) => explain(catalogue, one))
  const [main] = explained
  const stalled = object.status?.conditions?.some(
    ({ type, status }) => type === 'Stalled' && status === 'True',
  )
  const isReady = first.type === 'Ready'
  const remedy = explained.find((one) => one?.remedy !== undefined)?.remedy
  const causes = explained.flatMap((one) => one?.means ?? [])
  return {
    conditions: all.map(({ type }) => type),
    reason: first.reason,
    cause: main === undefined ? unknown(first) : [...new Set(causes)].join(' '),
    ...(first.message !== '' && { message: first.message }),
    remedy: main === undefined ? askMessage : (remedy ?? nothingToDo),
    since: first.lastTransitionTime,
    next: (isReady && tryAt(object, now)) || again[main?.retry ?? 'seen'],
    stalled: isReady && stalled === true,
  }
}

const unknown = ({ type, reason }: StoredCondition): string =>
  `The reason ${reason} of ${type} is not known to this version of kubectl pgpe.`
const askMessage = 'Read the message; a newer kubectl pgpe may know more.'

function tryAt({ status }: Explained, now: Date): string | undefined {
  const at = Date.parse(status?.nextRetryTime ?? '')
  if (Number.isNaN(at)) return undefined
  const ms = at - now.getTime()
  return ms > 0
    ? `in ${duration(ms)} (${status?.nextRetryTime}), and at once after a change of the object`
    : `any moment (it was due at ${status?.nextRetryTime})`
}

/** The conditions say nothing, or speak of an earlier spec. */
function unseen({ metadata, status }: Explained): readonly Answer[] {
  const seen = status?.observedGeneration ?? -1
  if (seen >= metadata.generation) return []
  const ownClass = metadata.labels?.[labels.class]
  const whose =
    ownClass === undefined
      ? 'and whether it runs without --class'
      : `and whether one runs with --class ${ownClass}, which this object's label asks for`
  const never = seen < 0
  return [
    {
      conditions: [],
      reason: never ? 'NotSeen' : 'ChangeNotSeen',
      cause: never
        ? 'No operator has looked at this object yet.'
        : 'The operator has not looked at the last change yet; what it says is about the one before.',
      remedy: `Nothing, if that is seconds ago. Else see whether pgpe-operator runs and watches this namespace, ${whose}.`,
      ...(never && { since: metadata.creationTimestamp }),
      next: again.seen,
      stalled: false,
    },
  ]
}

/** Our finalizer is told by Ready; those of others nobody tells of. */
function heldByOthers({ metadata }: Explained): readonly Answer[] {
  const { deletionTimestamp, finalizers = [] } = metadata
  const others = finalizers.filter((one) => one !== finalizer)
  if (deletionTimestamp === undefined || others.length === 0) return []
  return [
    {
      conditions: [],
      reason: 'HeldByOthers',
      cause: `The object is being deleted, and others hold it: ${others.join(', ')}.`,
      remedy: 'Let whoever set these finalizers let go of it; they are not ours.',
      since: deletionTimestamp,
      next: again.seen,
      stalled: false,
    },
  ]
}
