/**
 * What one step of the plan comes to, and the one way in which a step may ask for a write: `attempt`
 * holds it back while the object is suspended, observed or only reported on, while Azure's last refusal
 * stands, and while Azure's last acceptance is too young to be seen. Pure.
 */
import type { Condition } from '../api/kubernetes.ts'
import type { ArmError } from '../azure/error.ts'
import type { Unmet } from './conditions.ts'
import { deedKey, type Deed } from './deed.ts'
import type { Observation } from './observation.ts'
import type { Difference } from './tags.ts'
import { lacksPermission, type Setback } from './trouble.ts'

/** One thing that keeps the object from being ready. */
export interface Finding {
  readonly reason: Unmet
  /** A sentence; the catalogue's remedy is added to it. Empty: what the catalogue says. */
  readonly message: string
  /** Overrides what the reason's retry class says about who must act. */
  readonly stalled?: boolean
  /** A role is missing: Reconciling for a while, then Stalled. */
  readonly denied?: true
  /** ms since the epoch: when the write that this is about is tried again. */
  readonly untilMs?: number
  /** When Azure, or our own limiter, wants to be asked again. */
  readonly retryAfterMs?: number
  /** Key of the deed that this waits for; the report puts its outcome here. */
  readonly awaits?: string
}

/** What the status must say before a deed may be done. */
export interface Intent {
  readonly privateEndpointId?: string
  /** These among others. */
  readonly appliedTagKeys: readonly string[]
}

export interface Step {
  readonly findings: readonly Finding[]
  readonly deeds: readonly Deed[]
  readonly abnormal: readonly Condition[]
  readonly drift: readonly Difference[]
  readonly intent?: Intent
}

export const done: Step = { findings: [], deeds: [], abnormal: [], drift: [] }
export const unmet = (reason: Unmet, message = '', more: Partial<Finding> = {}): Step => ({
  ...done,
  findings: [{ reason, message, ...more }],
})

export const join = (...steps: readonly Step[]): Step => {
  const intents = steps.flatMap((step) => step.intent ?? [])
  const bound = intents.find((intent) => intent.privateEndpointId !== undefined)
  const intent: Intent | undefined =
    intents.length === 0
      ? undefined
      : { ...bound, appliedTagKeys: intents.flatMap((one) => one.appliedTagKeys) }
  return {
    findings: steps.flatMap(({ findings }) => findings),
    deeds: steps.flatMap(({ deeds }) => deeds),
    abnormal: steps.flatMap(({ abnormal }) => abnormal),
    drift: steps.flatMap(({ drift }) => drift),
    ...(intent === undefined ? {} : { intent }),
  }
}

/** What may come of a difference. */
export type Mode = 'write' | 'report' | 'suspended' | 'observe'

/** Whether this generation's wishes have once been written in full: what differs later is drift. */
export const settled = ({ object }: Observation): boolean =>
  object.status?.memory?.appliedGeneration === object.metadata.generation

export function modeOf(seen: Observation): Mode {
  const { spec } = seen.object
  if (spec.managementPolicy === 'Observe') return 'observe'
  if (spec.suspend) return 'suspended'
  return spec.driftPolicy === 'Report' && settled(seen) ? 'report' : 'write'
}

export interface Attempt {
  readonly deed: Deed
  /** Why the object is not ready until the deed shows. */
  readonly reason: Unmet
  readonly message: string
  /** What differs, for status.drift where nothing may be written. */
  readonly differences: readonly Difference[]
  /** Without it the endpoint cannot be used. */
  readonly essential: boolean
  /** A person asked for it (a deletion, a replacement): it is no drift to report. */
  readonly asked?: true
  readonly intent?: Intent
}

/** An accepted write must show within this time before it is sent again. */
const visibleWithinMs = 60_000
/** A failure that passes by itself changes no condition before this. */
const patienceMs = 60_000

export function attempt(seen: Observation, wish: Attempt): Step {
  const { deed, reason, message, differences: drift } = wish
  const mode = modeOf(seen)
  if (mode === 'observe' || (mode === 'report' && !wish.asked)) return { ...done, drift }
  if (mode === 'suspended') {
    return wish.essential ? { ...unmet('Suspended', message), drift } : { ...done, drift }
  }
  const key = deedKey(deed)
  const finding: Finding = { reason, message, awaits: key }
  const setback = seen.past.setbacks.get(key)
  if (setback !== undefined && stands(setback, seen)) {
    return { ...done, findings: [afterSetback(finding, setback, seen.at)] }
  }
  if (wish.intent !== undefined && !intended(seen, wish.intent)) {
    // On a later try the last refusal stands until Azure says otherwise.
    const shown = setback === undefined ? finding : afterSetback(finding, setback, seen.at)
    return { ...done, findings: [shown], intent: wish.intent }
  }
  const last = seen.past.accepted.get(key)
  const young =
    last !== undefined &&
    last.generation === seen.object.metadata.generation &&
    seen.at.getTime() < last.atMs + visibleWithinMs
  return { ...done, findings: [finding], deeds: young ? [] : [deed] }
}

const intended = ({ object: { status } }: Observation, intent: Intent): boolean =>
  (intent.privateEndpointId === undefined ||
    status?.privateEndpointId?.toLowerCase() === intent.privateEndpointId.toLowerCase()) &&
  intent.appliedTagKeys.every((key) => status?.appliedTagKeys?.includes(key))

/** A change of spec or a request by a person ends the wait. */
const stands = (setback: Setback, seen: Observation): boolean =>
  seen.at.getTime() < setback.untilMs &&
  setback.generation === seen.object.metadata.generation &&
  seen.requested === undefined

/** The finding in the light of what Azure answered to its deed. */
export function afterSetback(finding: Finding, setback: Setback, at: Date): Finding {
  const { error, sinceMs, untilMs } = setback
  const passing = error.retry === 'fast' || error.retry === 'throttle'
  if (passing && at.getTime() - sinceMs < patienceMs) return { ...finding, untilMs }
  return { ...findingOf(error), untilMs, ...(finding.awaits ? { awaits: finding.awaits } : {}) }
}

/** An error of Azure's as a reason, with its code verbatim. */
export function findingOf(error: ArmError): Finding {
  const message = inWords(error)
  if (error.code === 'CredentialsUnavailable') {
    return { reason: 'CredentialsUnavailable', message, denied: true }
  }
  if (lacksPermission(error)) return { reason: 'Denied', message, denied: true }
  switch (error.retry) {
    case 'fast':
      return { reason: 'Retrying', message }
    case 'throttle':
      return { reason: 'Throttled', message }
    case 'slow':
      return { reason: 'Blocked', message, stalled: true }
    case 'user-fix':
      return { reason: 'Refused', message }
  }
}

export const inWords = ({ code, message }: ArmError): string =>
  message.includes(code) ? sentence(message) : sentence(`${code}: ${message}`)

export const sentence = (text: string): string => {
  const trimmed = text.trim()
  return trimmed === '' || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

/** What could not be read: our own write that is too young to show goes by `otherwise`. */
export function unread(error: ArmError, otherwise?: Step): Step {
  if (error.code === 'NotYetVisible' && otherwise !== undefined) return otherwise
  const finding = findingOf(error)
  const passing = finding.reason === 'Retrying' || finding.reason === 'Throttled'
  if (!passing) return { ...done, findings: [finding] }
  const { retryAfterMs } = error
  return unmet(
    'AzureUnreadable',
    inWords(error),
    retryAfterMs === undefined ? {} : { retryAfterMs },
  )
}
