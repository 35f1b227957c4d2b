/** When an object is looked at again. Pure. */
import type { Outcome } from '../azure/action.ts'
import { isPending } from './connection-info.ts'
import type { Observation } from './observation.ts'
import { isWait, restMs, waitingSince, waitMs, type Settings } from './pace.ts'
import { blindPatienceMs, deniedPatienceMs } from './patience.ts'
import type { Plan } from './plan.ts'
import { classOf } from './report-conditions.ts'
import type { Finding } from './step.ts'

/**
 * What is read may be half a resync old. Looking a little more often than that finds everything within
 * one resync, late looks included, and leaves the time to mend it.
 */
const sooner = 0.85

/** ms; undefined: only an event can bring news. */
export function againInMs(
  seen: Observation,
  made: Plan,
  outcomes: readonly Outcome[],
  findings: readonly Finding[],
  now: Date,
  settings: Settings,
): number | undefined {
  if (made.finalizer === 'remove' && seen.object.metadata.deletionTimestamp !== undefined) {
    return undefined
  }
  if (made.finalizer !== 'keep' || made.intent !== undefined || made.unsettle) return 0
  const nowMs = now.getTime()
  const wishes = findings.map((finding) => wishOf(seen, finding, nowMs, settings))
  const { inFlightMs } = settings
  // Whether it waits for news or looks by itself shows once the write is known.
  const soon = seen.pace === 'news' || seen.pace === 'alone' ? oftenMs(settings) : inFlightMs
  const accepted = outcomes.some(({ is }) => is === 'accepted') ? [soon] : []
  const noting = isPending(seen) ? [inFlightMs] : []
  const rest = atRestMs(seen, nowMs, settings)
  const soonest = Math.min(rest, ...wishes, ...accepted, ...noting)
  // What is due at a time that was drawn need not be spread again, and must not come before it.
  const drawn = seen.pace === 'news' && soonest === rest
  return Math.round(soonest * (drawn ? 1 + 0.01 * seen.chance : 0.9 + 0.2 * seen.chance))
}

const minute = 60_000
const hour = 60 * minute

/** Nothing is waited for: news come by themselves, and a look is for what no list shows. */
function atRestMs({ pace, past, publication }: Observation, nowMs: number, settings: Settings) {
  const rest = restMs(settings) * sooner
  if (pace !== 'news' || publication !== undefined) return rest
  const due = (past.zoneGroupDueMs ?? 0) - nowMs
  return due > 0 ? Math.max(due, minute) : settings.zoneGroupResyncMs
}

function wishOf(seen: Observation, finding: Finding, nowMs: number, settings: Settings): number {
  const rest = restMs(settings) * sooner
  if (finding.untilMs !== undefined) return Math.max(1_000, finding.untilMs - nowMs)
  // A server's turn is given from one object to the next: no list tells of it.
  const told = seen.pace === 'news' && seen.serverTakenBy === undefined
  if (finding.reason === 'AzureUnreadable') {
    const { blindSinceMs = nowMs } = seen.past
    if (told) return later(blindSinceMs + blindPatienceMs - nowMs)
    return Math.max(waitMs(blindSinceMs, nowMs, settings), finding.retryAfterMs ?? 0)
  }
  if (isWait(finding.reason)) {
    const since = waitingSince(seen.object, finding.reason) ?? nowMs
    return told ? clamped(minute, (nowMs - since) / 2, hour) : waitMs(since, nowMs, settings)
  }
  if (finding.denied) {
    const since = Date.parse(seen.object.status?.memory?.deniedSince ?? '') || nowMs
    return told ? later(since + deniedPatienceMs - nowMs) : waitMs(nowMs - rest, nowMs, settings)
  }
  const retry = classOf(finding)
  if (retry === 'user-fix' || retry === 'slow') return rest
  return seen.pace === 'alone' ? oftenMs(settings) : inFlight(seen, told, settings)
}

/** Azure works on it. News are expected; a look comes in case they fail. */
function inFlight({ object }: Observation, told: boolean, { inFlightMs }: Settings): number {
  if (!told) return inFlightMs
  return (object.metadata.deletionTimestamp === undefined ? 6 : 3) * inFlightMs
}

/** A few objects in flight look this often. */
const oftenMs = ({ inFlightMs }: Settings): number =>
  Math.min(inFlightMs, Math.max(inFlightMs / 5, 200))

/** When patience ends, or else much later: an end of the trouble is told. */
const later = (ms: number): number => (ms > 0 ? Math.max(ms, 1_000) : hour / 2)

const clamped = (least: number, ms: number, most: number): number =>
  Math.min(most, Math.max(least, ms))
