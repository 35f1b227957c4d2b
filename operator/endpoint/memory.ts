/**
 * What one process remembers of its objects between visits: its own tries. Nothing here outlives the
 * process, and no decision needs it to be right: losing it costs a repeat.
 */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Outcome } from '../azure/action.ts'
import { idKey, lastName } from '../azure/id.ts'
import { deedKey, keyOf, type Deed } from './deed.ts'
import type { Observation, Past } from './observation.ts'
import { Turns } from './turns.ts'
import { errorOf, nextSetback, type Setback } from './trouble.ts'

interface Notes {
  readonly uid: string
  readonly setbacks: Map<string, Setback>
  readonly accepted: Map<string, { readonly atMs: number; readonly generation: number }>
  blindSinceMs?: number
  /** Why the last write of its ConfigMap failed. */
  publishTrouble?: string
  unrecordedSinceMs?: number
  absentSinceMs?: number
  /** When the zone group is looked at again although its record agrees. */
  zoneGroupDueMs: number
  /** The generation for which the zone group was last found as it should be. */
  zoneGroupFine?: number
}

/** A zone that is being made is seen by then, or it never will be. */
const zoneVisibleWithinMs = 120_000

export class Memory {
  readonly turns = new Turns()
  readonly #notes = new Map<string, Notes>()
  /** Zones being made, by subscription and name. */
  readonly #zones = new Map<string, { readonly id: string; readonly untilMs: number }>()

  forget(key: string, nowMs: number): void {
    if (this.#notes.delete(key)) this.turns.forget(key, nowMs)
  }

  /** @param firstDueMs when the zone group of an object not met before is due */
  meet(key: string, { metadata }: PostgresPrivateEndpoint, firstDueMs: number): void {
    if (this.#notes.get(key)?.uid === metadata.uid) return
    this.#notes.set(key, {
      uid: metadata.uid,
      setbacks: new Map(),
      accepted: new Map(),
      zoneGroupDueMs: firstDueMs,
    })
  }

  /** As it is now: what is done later must not change what an observation says. */
  past(key: string): Past {
    const notes = this.#notes.get(key)
    if (notes === undefined) return { setbacks: new Map(), accepted: new Map() }
    return { ...notes, setbacks: new Map(notes.setbacks), accepted: new Map(notes.accepted) }
  }

  /** Whether the zone group need not be looked at: it was right for this generation, not long ago. */
  zoneGroupFine(key: string, generation: number): boolean {
    return this.#notes.get(key)?.zoneGroupFine === generation
  }

  zoneGroupDue(key: string, nowMs: number): boolean {
    return (this.#notes.get(key)?.zoneGroupDueMs ?? 0) <= nowMs
  }

  /** @param fine the generation for which it is as it should be */
  zoneGroupSeen(key: string, nextMs: number, fine: number | undefined): void {
    const notes = this.#notes.get(key)
    if (notes === undefined) return
    notes.zoneGroupDueMs = nextMs
    if (fine === undefined) delete notes.zoneGroupFine
    else notes.zoneGroupFine = fine
  }

  trouble(key: string): string | undefined {
    return this.#notes.get(key)?.publishTrouble
  }

  /** @param trouble why a ConfigMap was not written */
  publishing(key: string, trouble: string | undefined): void {
    const notes = this.#notes.get(key)
    if (notes === undefined) return
    if (trouble === undefined) delete notes.publishTrouble
    else notes.publishTrouble = trouble
  }

  blind(key: string, holds: boolean, nowMs: number): void {
    this.#since(key, 'blindSinceMs', holds, nowMs)
  }

  unrecorded(key: string, holds: boolean, nowMs: number): void {
    this.#since(key, 'unrecordedSinceMs', holds, nowMs)
  }

  absent(key: string, holds: boolean, nowMs: number): void {
    this.#since(key, 'absentSinceMs', holds, nowMs)
  }

  #since(
    key: string,
    what: 'blindSinceMs' | 'unrecordedSinceMs' | 'absentSinceMs',
    holds: boolean,
    nowMs: number,
  ): void {
    const notes = this.#notes.get(key)
    if (notes === undefined) return
    if (!holds) delete notes[what]
    else notes[what] ??= nowMs
  }

  /** Whether another object is making a zone of that name elsewhere in the subscription. */
  zoneBeingMade({ action }: Deed, nowMs: number): boolean {
    const key = zoneKey(action.id)
    const made = this.#zones.get(key)
    if (made === undefined || made.untilMs <= nowMs || made.id === idKey(action.id)) {
      this.#zones.set(key, { id: idKey(action.id), untilMs: nowMs + zoneVisibleWithinMs })
      return false
    }
    return true
  }

  done(seen: Observation, deed: Deed, outcome: Outcome, nowMs: number): void {
    const notes = this.#notes.get(seen.key)
    if (notes === undefined) return
    const key = deedKey(deed)
    const { generation } = seen.object.metadata
    const at = { nowMs, generation, chance: seen.chance }
    const error = errorOf(outcome)
    if (error !== undefined) {
      notes.setbacks.set(key, nextSetback(notes.setbacks.get(key), error, at))
      if (deed.name === 'CreateZone' && outcome.is === 'refused')
        this.#zones.delete(zoneKey(deed.action.id))
      return
    }
    notes.setbacks.delete(key)
    notes.accepted.set(key, { atMs: nowMs, generation })
    if (deed.name === 'DeleteFailedEndpoint') {
      const next = keyOf('CreateEndpoint', deed.action.id)
      notes.accepted.delete(next)
      notes.setbacks.set(next, nextSetback(notes.setbacks.get(next), provisioningFailed, at))
    }
    if (deed.name === 'DeleteEndpoint')
      notes.accepted.delete(keyOf('CreateEndpoint', deed.action.id))
    if (deed.name === 'RemoveZoneGroup')
      notes.accepted.delete(keyOf('WriteZoneGroup', deed.action.id))
  }
}

/** Azure says why only in the operation, which nobody waits for; the next try may tell more. */
const provisioningFailed = {
  code: 'ProvisioningFailed',
  message: 'Azure ended the endpoint Failed before it was usable.',
  retry: 'fast',
} as const

const zoneKey = (id: Deed['action']['id']): string =>
  `${id.subscriptionId}/${lastName(id)}`.toLowerCase()
