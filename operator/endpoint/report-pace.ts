/** When an object is looked at again. Pure. */
import type { Outcome } from '../azure/action.ts'
import { isPending } from './connection-info.ts'
import type { Observation } from './observation.ts'
import { isWait, restMs, waitingSince, waitMs, type Settings } from './pace.ts'
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
  const rest = restMs(settings) * sooner
  const nowMs = now.getTime()
  const wishes = findings.map((finding) => {
    if (finding.untilMs !== undefined) return Math.max(1_000, finding.untilMs - nowMs)
    if (finding.reason === 'AzureUnreadable') {
      const wait = waitMs(seen.past.blindSinceMs ?? nowMs, nowMs, settings)
      return Math.max(wait, finding.retryAfterMs ?? 0)
    }
    if (isWait(finding.reason)) {
      return waitMs(waitingSince(seen.object, finding.reason) ?? nowMs, nowMs, settings)
    }
    if (finding.denied) return waitMs(nowMs - rest, nowMs, settings)
    const retry = classOf(finding)
    return retry === 'user-fix' || retry === 'slow' ? rest : settings.inFlightMs
  })
  const accepted = outcomes.some(({ is }) => is === 'accepted') ? [settings.inFlightMs] : []
  const noting = isPending(seen) ? [settings.inFlightMs] : []
  const soonest = Math.min(rest, ...wishes, ...accepted, ...noting)
  return Math.round(soonest * (0.9 + 0.2 * seen.chance))
}
