/**
 * What one step of the plan comes to: findings, deeds, conditions, drift; and what an error of Azure's
 * comes to. Pure.
 */
import type { Condition } from '../api/kubernetes.ts'
import type { ArmError } from '../azure/error.ts'
import { lacksPermission } from '../azure/reasons.ts'
import type { Unmet } from './conditions.ts'
import type { Deed } from './deed.ts'
import type { Difference } from './tags.ts'
import { inWords, isHold, type Setback } from './trouble.ts'

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
  /** ARM id of a zone. */
  readonly zoneBegun?: string
  /** These among others. */
  readonly appliedTagKeys: readonly string[]
}

export interface Step {
  readonly findings: readonly Finding[]
  readonly deeds: readonly Deed[]
  readonly abnormal: readonly Condition[]
  /** What differs and is left so. */
  readonly drift: readonly Difference[]
  /** What others have changed, and what is on its way to be as it was. */
  readonly mending: readonly Difference[]
  readonly intent?: Intent
}

export const done: Step = { findings: [], deeds: [], abnormal: [], drift: [], mending: [] }
export const unmet = (reason: Unmet, message = '', more: Partial<Finding> = {}): Step => ({
  ...done,
  findings: [{ reason, message, ...more }],
})

export const join = (...steps: readonly Step[]): Step => {
  const intents = steps.flatMap((step) => step.intent ?? [])
  const bound = intents.find((intent) => intent.privateEndpointId !== undefined)
  const zone = intents.find((intent) => intent.zoneBegun !== undefined)
  const intent: Intent | undefined =
    intents.length === 0
      ? undefined
      : { ...zone, ...bound, appliedTagKeys: intents.flatMap((one) => one.appliedTagKeys) }
  return {
    findings: steps.flatMap(({ findings }) => findings),
    deeds: steps.flatMap(({ deeds }) => deeds),
    abnormal: steps.flatMap(({ abnormal }) => abnormal),
    drift: steps.flatMap(({ drift }) => drift),
    mending: steps.flatMap(({ mending }) => mending),
    ...(intent === undefined ? {} : { intent }),
  }
}

/** A failure that passes by itself changes no condition before this. */
const patienceMs = 60_000

/** The finding in the light of what Azure answered to its deed. */
export function afterSetback(finding: Finding, setback: Setback, at: Date): Finding {
  const { error, sinceMs, untilMs } = setback
  const passing = error.retry === 'fast' || error.retry === 'throttle'
  if (isHold(error) || (passing && at.getTime() - sinceMs < patienceMs))
    return { ...finding, untilMs }
  const found = findingOf(error)
  const again = `It is tried again at ${new Date(untilMs).toISOString().slice(0, 19)}Z.`
  const message = found.reason === 'Throttled' ? `${found.message} ${again}` : found.message
  return { ...found, message, untilMs, ...(finding.awaits ? { awaits: finding.awaits } : {}) }
}

/** An error of Azure's as a reason, with its code verbatim. */
export function findingOf(error: ArmError): Finding {
  const message = inWords(error)
  if (error.code === 'CredentialsUnavailable') {
    return { reason: 'CredentialsUnavailable', message, denied: true }
  }
  if (lacksPermission(error)) {
    const more = mayNotApprove.test(message) ? `${message} ${asManual}` : message
    return { reason: 'Denied', message: more, denied: true }
  }
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

/** Azure names it so, without the resource provider (LinkedAuthorizationFailed). */
const mayNotApprove = /PrivateEndpointConnectionsApproval\/action/i
const asManual =
  'Automatic approval needs Microsoft.DBforPostgreSQL/flexibleServers/privateEndpointConnectionsApproval/action on the server; without it set spec.approval to Manual, and who may approve decides.'

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
