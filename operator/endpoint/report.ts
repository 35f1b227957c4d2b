/**
 * Words what was seen, decided and done: the conditions, the events, the next look. Never decides what
 * to do; a failure that passes by itself changes nothing that users see for a while. Pure.
 */
import { explain } from '../api/catalogue.ts'
import { progress, store, timestamp } from '../api/condition.ts'
import type { Condition, StoredCondition } from '../api/kubernetes.ts'
import { status as schema, type EndpointStatus } from '../api/private-endpoint.ts'
import { fit } from '../api/value.ts'
import type { Outcome } from '../azure/action.ts'
import type { ConfigMapChange, EventNote } from '../kubernetes/port.ts'
import type { Report } from '../runtime/kind.ts'
import { catalogue } from './conditions.ts'
import { changesOf } from './connection-info.ts'
import { deedKey } from './deed.ts'
import type { Observation } from './observation.ts'
import type { Settings } from './pace.ts'
import { blindPatienceMs, deniedPatienceMs } from './patience.ts'
import type { Plan } from './plan.ts'
import { abnormal, classOf, readyOf } from './report-conditions.ts'
import { driftEvent, eventsOf } from './report-events.ts'
import { againInMs } from './report-pace.ts'
import { statusOf } from './report-status.ts'
import { afterSetback, type Finding } from './step.ts'
import { errorOf, nextSetback } from './trouble.ts'

export interface Written {
  readonly finalizer: Plan['finalizer']
  /** Absent: what stands there stays. */
  readonly status?: EndpointStatus
  /** What becomes of the ConfigMap, once the status stands. */
  readonly publish?: readonly ConfigMapChange[]
  /** What was done, and what has changed thereby. */
  readonly events: {
    readonly deeds: readonly EventNote[]
    readonly transitions: readonly EventNote[]
  }
  /** Azure could not be read for this object. */
  readonly blind: boolean
}

/** So long, that an endpoint is being made says enough: Azure takes 30 to 53 s. */
const makingPatienceMs = 2 * 60_000
export function report(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
  now: Date,
  settings: Settings,
): Report<Written> {
  const findings = made.findings.map((finding) => withOutcome(seen, made, outcomes, finding, now))
  const denied = findings.some((finding) => finding.denied)
  const deniedSince = denied
    ? (seen.object.status?.memory?.deniedSince ?? timestamp(now))
    : undefined
  const deniedLong =
    deniedSince !== undefined && now.getTime() - Date.parse(deniedSince) >= deniedPatienceMs
  const isStalled = (finding: Finding): boolean =>
    finding.stalled ?? (finding.denied ? deniedLong : classOf(finding) === 'user-fix')
  const main = findings.find(isStalled) ?? findings[0]
  const blind = main?.reason === 'AzureUnreadable'
  const again = againInMs(seen, made, outcomes, findings, now, settings)
  const events = { deeds: eventsOf(seen, made, outcomes), transitions: [] }
  const nothing = { finalizer: made.finalizer, events, blind }
  const gone = made.finalizer === 'remove' && seen.object.metadata.deletionTimestamp !== undefined
  if (gone || made.finalizer === 'add' || (blind && stands(seen, now))) {
    return { write: nothing, againInMs: again }
  }

  const ready = readyOf(seen, made, main)
  const stalled = main === undefined ? ready.status === 'False' : isStalled(main)
  const next = [
    ...progress(ready, catalogue, { stalled: stalled || ready.reason === 'Drifted' }),
    ...abnormal(seen, made, findings, outcomes, now),
  ]
  const { metadata, status: before } = seen.object
  if (outcomes.length === 0 && stillMade(seen, made, next, now)) {
    return { write: nothing, againInMs: again }
  }
  const conditions = store(before?.conditions ?? [], next, now, metadata.generation)
  const status = statusOf(seen, made, outcomes, {
    findings,
    conditions,
    deniedSince,
    nextRetryTime: nextRetry(seen, ready, main?.untilMs ?? now.getTime() + (again ?? 0)),
  })
  return {
    write: {
      ...nothing,
      status: fit(schema, status),
      publish: changesOf(seen, status),
      events: { ...events, transitions: news(seen, made, conditions) },
    },
    againInMs: again,
  }
}

/** What Azure answered to the deed that a finding waits for. */
function withOutcome(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
  finding: Finding,
  now: Date,
): Finding {
  const index = made.actions.findIndex((deed) => deedKey(deed) === finding.awaits)
  const error = errorOf(outcomes[index])
  if (finding.awaits === undefined || error === undefined) return finding
  const setback = nextSetback(seen.past.setbacks.get(finding.awaits), error, {
    nowMs: now.getTime(),
    generation: seen.object.metadata.generation,
    chance: seen.chance,
  })
  return afterSetback(finding, setback, now)
}

/** Azure makes what the status already says is being made: no news that is worth a write. */
function stillMade(
  { object, requested }: Observation,
  made: Plan,
  next: readonly Condition[],
  now: Date,
): boolean {
  const { conditions = [] } = object.status ?? {}
  const is = (all: readonly Condition[], reason: string): boolean =>
    all.length === 2 && all.every((one) => one.reason === reason)
  const [ready] = conditions
  return (
    made.intent === undefined &&
    requested === undefined &&
    is(conditions, 'Creating') &&
    is(next, 'Provisioning') &&
    ready?.observedGeneration === object.metadata.generation &&
    now.getTime() - Date.parse(ready.lastTransitionTime) < makingPatienceMs
  )
}

/** While Azure can't be read, what stands is the best we know, for a while. */
function stands({ object, past }: Observation, now: Date): boolean {
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready')
  return (
    ready?.observedGeneration === object.metadata.generation &&
    now.getTime() - (past.blindSinceMs ?? now.getTime()) < blindPatienceMs
  )
}

/** For failures that need time or a person; rewritten when the reason changes. */
function nextRetry(seen: Observation, ready: Condition, atMs: number): string | undefined {
  const retry = explain(catalogue, ready)?.retry
  if (ready.status === 'True' || (retry !== 'slow' && retry !== 'user-fix')) return undefined
  const { conditions, nextRetryTime } = seen.object.status ?? {}
  const before = conditions?.find(({ type }) => type === 'Ready')
  const same = before?.reason === ready.reason && before.status === ready.status
  const current = before?.observedGeneration === seen.object.metadata.generation
  return same && current && nextRetryTime !== undefined ? nextRetryTime : timestamp(new Date(atMs))
}

/** What has changed, each thing told once: Ready's own words say what drift comes to. */
function news(
  seen: Observation,
  made: Plan,
  conditions: readonly StoredCondition[],
): readonly EventNote[] {
  const [told] = transitions(seen.object.status?.conditions ?? [], conditions)
  const drift = driftEvent(seen, made)
  if (drift === undefined) return told === undefined ? [] : [told]
  if (told === undefined) return [drift]
  if (told.reason === 'Drifted') return [{ ...drift, type: told.type }]
  return told.type === 'Warning' ? [told] : [drift, told]
}

/** Ready's changes that people want to see in `kubectl describe`. */
const told: readonly string[] = ['PendingApproval', 'ServerNotReady', 'Replacing']

function transitions(
  before: readonly StoredCondition[],
  after: readonly StoredCondition[],
): readonly EventNote[] {
  const [was, is] = [before, after].map((all) => all.find(({ type }) => type === 'Ready'))
  if (is === undefined || (was?.status === is.status && was.reason === is.reason)) return []
  const stalled = after.some(({ type }) => type === 'Stalled')
  if (!stalled && is.status !== 'True' && !told.includes(is.reason)) return []
  const type = stalled ? 'Warning' : 'Normal'
  return [{ type, reason: is.reason, action: 'Reconcile', note: is.message.slice(0, 1000) }]
}
