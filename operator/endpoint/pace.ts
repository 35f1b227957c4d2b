/** How soon an object is looked at again, and so how old shared answers may be. Pure. */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'

export interface Settings {
  /** While an operation runs, ms. */
  readonly inFlightMs: number
  /** Drift of what lists show is found within this, ms. */
  readonly resyncMs: number
  /** Drift of what no list shows, ms. */
  readonly zoneGroupResyncMs: number
}

/** Looking twice per resync at answers of half that age finds everything within one. */
export const restMs = ({ resyncMs }: Settings): number => resyncMs / 2

const longestWaitMs = 30_000

/** How old an answer may be about what an object in flight does not wait for, ms: a minute, usually. */
export const calmMs = (settings: Settings): number =>
  Math.min(restMs(settings), 12 * settings.inFlightMs)

/** Waiting for people: rarer the longer it lasts. */
export function waitMs(sinceMs: number, nowMs: number, { inFlightMs }: Settings): number {
  const longest = Math.max(longestWaitMs, inFlightMs)
  return Math.min(longest, Math.max(inFlightMs, (nowMs - sinceMs) / 8))
}

/** Reasons that only others change, at no time of ours. */
const waits: readonly string[] = ['PendingApproval', 'ServerNotReady', 'WaitingForZoneGroup']
export const isWait = (reason: string): boolean => waits.includes(reason)

/** Since when the object waits for what `reason` says, ms since the epoch. */
export function waitingSince(
  { status }: PostgresPrivateEndpoint,
  reason: string,
): number | undefined {
  const conditions = status?.conditions ?? []
  const found =
    conditions.find(({ type }) => type === reason) ??
    conditions.find((condition) => condition.type === 'Ready' && condition.reason === reason)
  return found && Date.parse(found.lastTransitionTime)
}

/** How old an answer may be for this object, ms. */
export function maxAgeMs(
  object: PostgresPrivateEndpoint,
  requested: boolean,
  nowMs: number,
  settings: Settings,
): number {
  if (requested) return 1_000
  const { generation, deletionTimestamp } = object.metadata
  const current = (object.status?.conditions ?? []).filter(
    ({ observedGeneration }) => observedGeneration === generation,
  )
  const ready = current.find(({ type }) => type === 'Ready')
  if (ready === undefined || deletionTimestamp !== undefined) return settings.inFlightMs
  const stalled = current.some(({ type }) => type === 'Stalled')
  if (ready.status === 'True' || stalled) return restMs(settings)
  if (!isWait(ready.reason)) return settings.inFlightMs
  return waitMs(waitingSince(object, ready.reason) ?? nowMs, nowMs, settings)
}
