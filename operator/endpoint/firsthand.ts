/**
 * What one process knows of an endpoint because it makes it itself: that nobody has begun it yet, that it
 * has no zone group yet, that its group was just written. Each is forgotten with the first doubt; then
 * Azure is asked. State, no I/O.
 */
import { sameText } from '../azure/id.ts'
import type { PrivateEndpoint, RecordSet } from '../azure/model.ts'
import type { Outcome } from '../azure/action.ts'
import { present } from '../azure/observed.ts'
import type { DeedName } from './deed.ts'
import type { DnsSeen } from './observation.ts'
import { creatorOf } from './record.ts'

type Group =
  /** The endpoint has none yet. */
  | { readonly is: 'none' }
  | { readonly is: 'written'; readonly atMs: number; readonly generation: number }

export interface Moment {
  /** ms since the epoch. */
  readonly nowMs: number
  readonly generation: number
}

/** A zone group is provisioned, and its record written, within so long (recorded: 4 to 9 s). */
const groupMs = 10_000
const recordMs = 60_000

export class Firsthand {
  #heldSince: number | undefined
  #noted = false
  #tried = false
  #group: Group | undefined

  /** At this moment (Azure's monotonic clock, ms) the object holds its finalizer. */
  held(moment: number): void {
    this.#heldSince ??= moment
  }

  /** The note of what is begun is this process's own: no other has got so far. */
  noted(): void {
    this.#noted = true
  }

  /** What is begun was noted before: by this process, or by one that may have gone further. */
  found(): void {
    if (!this.#noted) this.#tried = true
  }

  /** Since when nobody can have begun the endpoint, and this process has not; see `Past`. */
  get untriedSince(): number | undefined {
    return this.#noted && !this.#tried ? this.#heldSince : undefined
  }

  did(name: DeedName, { is }: Outcome, { nowMs, generation }: Moment): void {
    if (is === 'held') return
    if (name === 'CreateEndpoint') {
      this.#tried = true
      this.#group = is === 'accepted' ? { is: 'none' } : undefined
    } else if (name === 'WriteZoneGroup' && is === 'accepted' && this.#group?.is === 'none') {
      this.#group = { is: 'written', atMs: nowMs, generation }
    } else if (!ofOthers.includes(name)) this.#group = undefined
  }

  /**
   * Its zone groups, as far as they follow from our own writes and from the record; undefined: Azure is
   * asked.
   * @param record the endpoint's, where it holds the right addresses
   */
  groups(
    endpoint: PrivateEndpoint,
    record: RecordSet | undefined,
    approved: boolean,
    { nowMs, generation }: Moment,
  ): DnsSeen['zoneGroups'] | undefined {
    const group = this.#group
    if (group === undefined) return undefined
    if (group.is === 'none') return present([])
    if (group.generation !== generation) return undefined
    const maker = record && creatorOf(record)?.resourceGuid
    if (maker !== undefined && sameText(maker, endpoint.resourceGuid)) return { is: 'recorded' }
    return nowMs < group.atMs + (approved ? recordMs : groupMs) ? { is: 'written' } : undefined
  }
}

/** Writes that leave the endpoint and its group as they are. */
const ofOthers: readonly DeedName[] = [
  'CreateZone',
  'UpdateZone',
  'CreateLink',
  'UpdateLink',
  'RemoveLink',
]
