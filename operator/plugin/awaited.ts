/**
 * How far an object is from what is awaited. Done speaks of the present spec, never of an earlier one. Pure.
 */
import type { EndpointConnectionDecision } from '../api/connection-decision.ts'
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import { Failure } from './failure.ts'

export type Goal = 'ready' | 'deleted'

export type Progress =
  | { readonly is: 'done' }
  /** It goes on by itself, or when others act. */
  | {
      readonly is: 'waiting'
      readonly reason: string
      readonly message: string
      /** RFC 3339. */
      readonly since?: string
    }
  /** Only a person can help. */
  | {
      readonly is: 'stuck'
      readonly reason: string
      readonly message: string
      readonly since?: string
    }
  /** Gone, and something else was awaited. */
  | { readonly is: 'gone' }

type Awaited = PostgresPrivateEndpoint | EndpointConnectionDecision

/** @param object undefined: it is gone */
export function progressOf(object: Awaited | undefined, goal: Goal): Progress {
  if (object === undefined) return { is: goal === 'deleted' ? 'done' : 'gone' }
  const { metadata, status } = object
  const leaving = metadata.deletionTimestamp !== undefined
  const conditions = status?.conditions ?? []
  const ready = conditions.find(({ type }) => type === 'Ready')
  const current = (status?.observedGeneration ?? -1) >= metadata.generation
  if (goal === 'deleted' && !leaving) {
    return { is: 'waiting', reason: 'NotDeleted', message: 'nobody has asked for its deletion' }
  }
  if (ready === undefined || !current) {
    const since = leaving ? metadata.deletionTimestamp : metadata.creationTimestamp
    const message = 'the operator has not looked at its present spec yet'
    const when = ready === undefined && since !== undefined ? { since } : {}
    return { is: 'waiting', reason: 'NotSeen', message, ...when }
  }
  if (goal === 'ready' && ready.status === 'True' && !leaving) return { is: 'done' }
  const stalled = conditions.some(
    ({ type, status: holds }) => type === 'Stalled' && holds === 'True',
  )
  const { reason, message, lastTransitionTime: since } = ready
  return { is: stalled ? 'stuck' : 'waiting', reason, message, since }
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** ms, of texts like 30s, 10m, 1h30m. Throws `Failure`. */
export function milliseconds(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})([smhd])/g)]
  const whole = parts.map(([part]) => part).join('')
  if (parts.length === 0 || whole !== text) {
    throw new Failure(`--timeout is '${text}': it has to be a duration like 30s, 10m or 1h30m`)
  }
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0)
}
