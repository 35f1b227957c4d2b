/**
 * What one process remembers of its objects between visits: its own tries. Nothing here outlives the
 * process, and no decision needs it to be right: losing it costs a repeat.
 */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Outcome } from '../azure/action.ts'
import { Turns } from '../azure/turns.ts'
import { BeingMade } from './being-made.ts'
import { deedKey, keyOf, type Deed } from './deed.ts'
import { Firsthand } from './firsthand.ts'
import type { Accepted, Observation, Past } from './observation.ts'
import { whoOf } from './identity.ts'
import { SubnetSpacing } from './subnet-spacing.ts'
import { errorOf, nextSetback, type Setback } from './trouble.ts'

interface Notes {
  readonly uid: string
  /** Absent until there is one, as of thousands at rest. */
  setbacks?: Map<string, Setback>
  accepted?: Map<string, Accepted>
  /** Of the endpoint's provisioning, again and again; gone once it has succeeded. */
  failed?: Setback
  blindSinceMs?: number
  /** Why the last write of its ConfigMap failed. */
  publishTrouble?: string
  unrecordedSinceMs?: number
  absentSinceMs?: number
  /** When the zone group is looked at again although its record agrees. */
  zoneGroupDueMs: number
  /** The generation for which the zone group was last found as it should be. */
  zoneGroupFine?: number
  readonly firsthand: Firsthand
}

export class Memory {
  /** Whose turn it is at a server or a subnet. */
  readonly turns: Turns
  readonly spacing = new SubnetSpacing()
  readonly beingMade = new BeingMade()
  readonly #notes = new Map<string, Notes>()

  constructor(turns = new Turns({ now: () => 0 })) {
    this.turns = turns
  }

  forget(key: string): void {
    if (this.#notes.delete(key)) this.turns.forget(whoOf(key))
  }

  /** @param firstDueMs when the zone group of an object not met before is due */
  meet(key: string, { metadata }: PostgresPrivateEndpoint, firstDueMs: number): void {
    if (this.#notes.get(key)?.uid === metadata.uid) return
    this.#notes.set(key, {
      uid: metadata.uid,
      zoneGroupDueMs: firstDueMs,
      firsthand: new Firsthand(),
    })
  }

  /** As it is now: what is done later must not change what an observation says. */
  past(key: string, generation: number, nowMs: number): Past {
    const notes = this.#notes.get(key)
    if (notes === undefined) return { setbacks: new Map(), accepted: new Map() }
    const { firsthand, ...rest } = notes
    const { untriedSince } = firsthand
    const accepted = new Map(notes.accepted)
    // A link that another object has made is waited for like one's own.
    for (const [deed, atMs] of this.beingMade.links(nowMs)) {
      accepted.set(deed, { atMs, generation })
    }
    return {
      ...rest,
      setbacks: new Map(notes.setbacks),
      accepted,
      ...(untriedSince === undefined ? {} : { untriedSince }),
    }
  }

  /** Undefined for an object that was not met. */
  firsthand(key: string): Firsthand | undefined {
    return this.#notes.get(key)?.firsthand
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

  /** Provisioned: what failed before counts no more. */
  succeeded(key: string): void {
    delete this.#notes.get(key)?.failed
  }

  /** Where Azure tells how the latest write of the endpoint ended. */
  operationOn(key: string, id: Deed['action']['id']): string | undefined {
    const accepted = this.#notes.get(key)?.accepted
    const names = ['CreateEndpoint', 'UpdateEndpoint', 'RepairEndpoint', 'DeleteEndpoint'] as const
    const writes = names.flatMap((name) => accepted?.get(keyOf(name, id)) ?? [])
    return writes.toSorted((a, b) => b.atMs - a.atMs)[0]?.operation
  }

  done(seen: Observation, deed: Deed, outcome: Outcome, nowMs: number): void {
    const notes = this.#notes.get(seen.key)
    if (notes === undefined) return
    const key = deedKey(deed)
    const { generation } = seen.object.metadata
    const at = { nowMs, generation, chance: seen.chance }
    const error = errorOf(outcome)
    notes.firsthand.did(deed.name, outcome, at)
    this.beingMade.did(deed, outcome)
    notes.setbacks ??= new Map()
    if (error !== undefined) {
      notes.setbacks.set(key, nextSetback(notes.setbacks.get(key), error, at))
      return
    }
    notes.setbacks.delete(key)
    notes.accepted ??= new Map()
    const operation = outcome.is === 'accepted' ? outcome.operation : undefined
    notes.accepted.set(key, {
      atMs: nowMs,
      generation,
      ...(operation === undefined ? {} : { operation }),
    })
    if (deed.name === 'DeleteFailedEndpoint') {
      const next = keyOf('CreateEndpoint', deed.action.id)
      notes.accepted.delete(next)
      notes.failed = nextSetback(notes.failed, seen.azure?.failure ?? provisioningFailed, at)
      notes.setbacks.set(next, notes.failed)
    }
    if (deed.name === 'DeleteEndpoint')
      notes.accepted.delete(keyOf('CreateEndpoint', deed.action.id))
    if (deed.name === 'RemoveZoneGroup')
      notes.accepted.delete(keyOf('WriteZoneGroup', deed.action.id))
  }
}

/** Azure says why only in the operation, which it forgets, and in its log. */
const provisioningFailed = {
  code: 'ProvisioningFailed',
  message:
    'Azure ended the endpoint Failed before it was usable; the activity log of its resource group says why.',
  retry: 'fast',
} as const
