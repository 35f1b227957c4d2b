/**
 * The one way in which a step may ask for a write. Holds it back while the object is suspended, observed
 * or only reported on, while the status lacks the note of it, while Azure's last refusal stands, and while
 * Azure's last acceptance is too young to be seen. Pure.
 */
import type { Unmet } from './conditions.ts'
import { deedKey, type Deed } from './deed.ts'
import type { Observation } from './observation.ts'
import { afterSetback, done, unmet, type Finding, type Intent, type Step } from './step.ts'
import type { Difference } from './tags.ts'
import type { Setback } from './trouble.ts'

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
export function attempt(seen: Observation, wish: Attempt): Step {
  const { deed, reason, message } = wish
  const left = leftAlone(seen, wish)
  if (left !== undefined) return left
  const key = deedKey(deed)
  const finding: Finding = { reason, message, awaits: key }
  const begun = wish.asked ? done : noticed(seen, wish.differences)
  const setback = seen.past.setbacks.get(key)
  if (setback !== undefined && stands(setback, seen)) {
    return { ...begun, findings: [afterSetback(finding, setback, seen.at)] }
  }
  if (wish.intent !== undefined && !intended(seen, wish.intent)) {
    // On a later try the last refusal stands until Azure says otherwise.
    const shown = setback === undefined ? finding : afterSetback(finding, setback, seen.at)
    return { ...begun, findings: [shown], intent: wish.intent }
  }
  const last = seen.past.accepted.get(key)
  const young =
    last !== undefined &&
    last.generation === seen.object.metadata.generation &&
    seen.at.getTime() < last.atMs + visibleWithinMs
  const drifted = settled(seen) && !wish.essential
  const mends = drifted ? { mends: wish.differences.map(({ path }) => path) } : {}
  return { ...begun, findings: [finding], deeds: young ? [] : [{ ...deed, ...mends }] }
}

/** Differences that shall be mended: they are drift once this generation has been written in full. */
export const noticed = (seen: Observation, mending: readonly Difference[]): Step =>
  settled(seen) && modeOf(seen) === 'write' ? { ...done, mending } : done

/** What may not be written is reported; whatever the endpoint needs costs it its readiness. */
function leftAlone(seen: Observation, wish: Attempt): Step | undefined {
  const { differences: drift, essential } = wish
  const paths = drift.map(({ path }) => path).join(', ')
  switch (modeOf(seen)) {
    case 'observe':
      return { ...done, drift }
    case 'suspended': {
      const message = `Not written while suspended: ${paths}.`
      return essential ? { ...unmet('Suspended', message), drift } : { ...done, drift }
    }
    case 'report': {
      if (wish.asked) return undefined
      const message = `Azure differs from the spec in ${paths}, and driftPolicy is Report.`
      return essential ? { ...unmet('Drifted', message), drift } : { ...done, drift }
    }
    case 'write': {
      const worn = !essential && drift.length > 0 && drift.every(({ path }) => isWorn(seen, path))
      return worn ? { ...done, drift } : undefined
    }
  }
}

/** A value that comes back different after so many corrections is somebody's will: it is left. */
const mostCorrections = 3
const isWorn = (seen: Observation, path: string): boolean => {
  const { corrections = [] } = seen.object.status?.memory ?? {}
  const times = corrections.find((one) => one.path === path)?.times ?? 0
  return settled(seen) && seen.requested === undefined && times >= mostCorrections
}

const intended = ({ object: { status } }: Observation, intent: Intent): boolean =>
  (intent.privateEndpointId === undefined ||
    status?.privateEndpointId?.toLowerCase() === intent.privateEndpointId.toLowerCase()) &&
  (intent.zoneBegun === undefined ||
    status?.memory?.zoneBegun?.id.toLowerCase() === intent.zoneBegun.toLowerCase()) &&
  intent.appliedTagKeys.every((key) => status?.appliedTagKeys?.includes(key))

/** A change of spec or a request by a person ends the wait; whoever waits for a turn asks each time. */
const stands = (setback: Setback, seen: Observation): boolean =>
  !setback.waits &&
  seen.at.getTime() < setback.untilMs &&
  setback.generation === seen.object.metadata.generation &&
  seen.requested === undefined
