/**
 * What is done to conditions of any kind: stamped, compared, completed by Reconciling or Stalled, and
 * checked against what kstatus and its users (Helm, Flux, Argo CD, kubectl wait) rely on. Pure; never
 * decides whether an object is ready.
 */
import { explain, ours, type Catalogue } from './catalogue.ts'
import type { Condition, StoredCondition } from './kubernetes.ts'

/** RFC 3339 in whole seconds, as the API server's own times are. */
export const timestamp = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`

/**
 * The conditions to write. One keeps its transition time until its status changes; the rest is
 * rewritten. With server-side apply this list is ours alone: what others wrote stays theirs, and what
 * we no longer say goes.
 */
export const store = (
  previous: readonly StoredCondition[],
  next: readonly Condition[],
  now: Date,
  generation: number,
): readonly StoredCondition[] =>
  next.map(({ type, status, reason, message }) => {
    const before = previous.find((condition) => condition.type === type)
    const lastTransitionTime =
      before?.status === status ? before.lastTransitionTime : timestamp(now)
    return { type, status, reason, message, lastTransitionTime, observedGeneration: generation }
  })

/** For writers that replace the whole list: what others wrote stays, in its place. */
export const merge = (
  previous: readonly StoredCondition[],
  stored: readonly StoredCondition[],
  catalogue: Catalogue,
): readonly StoredCondition[] => [
  ...previous.filter((condition) => !ours(catalogue, condition)),
  ...stored,
]

/** Whether writing `stored` would change anything of ours in `previous`. Order means nothing. */
export function changed(
  previous: readonly StoredCondition[],
  stored: readonly StoredCondition[],
  catalogue: Catalogue,
): boolean {
  const before = previous.filter((condition) => ours(catalogue, condition))
  return (
    before.length !== stored.length ||
    stored.some((condition) => !before.some((other) => sameCondition(condition, other)))
  )
}

const sameCondition = (a: StoredCondition, b: StoredCondition): boolean =>
  a.type === b.type &&
  a.status === b.status &&
  a.reason === b.reason &&
  a.message === b.message &&
  a.lastTransitionTime === b.lastTransitionTime &&
  a.observedGeneration === b.observedGeneration

type Progress = Condition<'Ready' | 'Reconciling' | 'Stalled'>

/**
 * Ready together with what must stand beside it: while not ready, Reconciling (it goes on by itself,
 * or when others act) or Stalled (only a person can help), with Ready's own reason and message.
 * `stalled` overrides what the reason's retry class says; `working`: Ready, and a write is under way.
 */
export function progress(
  ready: Condition<'Ready'>,
  catalogue: Catalogue,
  given: {
    readonly stalled?: boolean
    readonly working?: Pick<Condition, 'reason' | 'message'>
  } = {},
): readonly Progress[] {
  const { reason, message } = ready
  if (ready.status === 'True') {
    return given.working
      ? [ready, { type: 'Reconciling', status: 'True', ...given.working }]
      : [ready]
  }
  const userFix = explain(catalogue, ready)?.retry === 'user-fix'
  const stalled = ready.status === 'False' && (given.stalled ?? userFix)
  return [ready, { type: stalled ? 'Stalled' : 'Reconciling', status: 'True', reason, message }]
}

const words = {
  type: /^[A-Z][A-Za-z]*$/,
  reason: /^[A-Z][A-Za-z0-9]*$/,
}

/**
 * Every law that the conditions break, in words; none for a lawful status. With a catalogue also that
 * each of our conditions is in it, and that abnormal-true ones are True. Other writers' types are left
 * out of account.
 */
export function laws(
  conditions: readonly StoredCondition[],
  generation: number,
  catalogue?: Catalogue,
): readonly string[] {
  const known = catalogue
    ? conditions.filter((condition) => ours(catalogue, condition))
    : conditions
  return [
    ...known.flatMap((condition) => lawsOfOne(condition, generation, catalogue)),
    ...lawsOfAll(known),
  ]
}

function lawsOfOne(
  condition: StoredCondition,
  generation: number,
  catalogue: Catalogue | undefined,
): readonly string[] {
  const { type, status, reason, message, observedGeneration } = condition
  const broken: string[] = []
  const law = (holds: boolean, otherwise: string) => {
    if (!holds) broken.push(`${type}=${status}/${reason}: ${otherwise}`)
  }
  const progressing = type === 'Reconciling' || type === 'Stalled'
  law(words.type.test(type), 'the type is not CamelCase')
  law(words.reason.test(reason), 'the reason is not CamelCase')
  law(
    observedGeneration === generation,
    `speaks of generation ${observedGeneration}, not ${generation}`,
  )
  law(!progressing || status === 'True', 'is present only while True')
  law(type !== 'Ready' || status === 'True' || message !== '', 'no message says what to do next')
  law(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(condition.lastTransitionTime), 'no RFC 3339 time')
  if (catalogue && !progressing) {
    law(explain(catalogue, condition) !== undefined, 'the catalogue has no such reason')
    const abnormal = catalogue[type]?.polarity === 'abnormal-true'
    law(!abnormal || status === 'True', 'is present only while True')
  }
  return broken
}

function lawsOfAll(conditions: readonly StoredCondition[]): readonly string[] {
  const broken: string[] = []
  const law = (holds: boolean, otherwise: string) => {
    if (!holds) broken.push(otherwise)
  }
  const types = conditions.map(({ type }) => type)
  const ready = conditions.find(({ type }) => type === 'Ready')
  const reconciling = conditions.find(({ type }) => type === 'Reconciling')
  const stalled = conditions.find(({ type }) => type === 'Stalled')

  law(new Set(types).size === types.length, 'a type is present twice')
  law(ready !== undefined, 'Ready is missing')
  law(!reconciling || !stalled, 'Reconciling and Stalled are both present')
  law(!stalled || ready?.status === 'False', 'Stalled while Ready is not False')
  law(
    ready?.status !== 'Unknown' || reconciling !== undefined,
    'Ready is Unknown without Reconciling',
  )
  law(
    ready?.status !== 'False' || reconciling !== undefined || stalled !== undefined,
    'Ready is False, and neither Reconciling nor Stalled says who must act',
  )
  law(
    ready?.reason !== 'PendingApproval' || stalled === undefined,
    'waiting for an approval is not Stalled',
  )
  return broken
}
