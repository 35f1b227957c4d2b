/**
 * What we wrote lately, and what therefore proves nothing yet: lists and even GETs of Azure lag behind
 * its writes. Pure state; time is brought in, monotonic ms. Must never call our own young write absent.
 */
import { endpointOf, idKey, serverOf, virtualNetworkOf, zoneOf, type Id } from './id.ts'
import type { Kind } from './model.ts'
import { unreadable } from './observed.ts'
import type { ListScope } from './port.ts'

/** What was asked of Azure, and whether it said that it took it. */
export interface Written {
  readonly how: 'created' | 'updated' | 'deleted'
  /** False when no answer came. */
  readonly accepted: boolean
  readonly at: number
}

/** All in ms. */
export interface Graces {
  /** After an accepted PUT a 404 proves nothing for so long; recorded lags last seconds. */
  readonly createdMs: number
  /** After an accepted change or deletion a list may show what was before for so long. */
  readonly updatedMs: number
  /** As both, where no answer came. */
  readonly unknownMs: number
}

/** What our own young write makes of a 404. */
export const notYetVisible = unreadable({
  code: 'NotYetVisible',
  message: 'Azure took our write but does not show its result yet.',
  retry: 'fast',
  retryAfterMs: 5_000,
})

export const usualGraces: Graces = { createdMs: 60_000, updatedMs: 30_000, unknownMs: 10_000 }

const forgottenAfterMs = 3_600_000
const sweepEveryMs = 60_000

export class Traces {
  readonly #graces: Graces
  readonly #resources = new Map<string, Written>()
  readonly #lists = new Map<string, number>()
  /** What Azure works on for us, by kind. */
  readonly #working = new Map<Kind, Set<string>>()
  /** Accepted creations that no list has shown yet, by kind. */
  readonly #unseen = new Map<Kind, Map<string, number>>()
  #sweptAt = 0

  constructor(graces: Graces) {
    this.#graces = graces
  }

  wrote(id: Id<Kind>, written: Written): void {
    this.#sweep(written.at)
    this.#resources.set(idKey(id), written)
    this.#note(id, written)
    if (id.kind === 'privateEndpoint') this.#follow(id, written)
    for (const parent of shownIn(id)) {
      const known = this.#resources.get(idKey(parent))
      const deleted = known?.how === 'deleted'
      if (!deleted) this.#resources.set(idKey(parent), { ...written, how: 'updated' })
    }
    for (const key of listsWith(id)) this.#lists.set(key, written.at)
  }

  /** Answers that began at or before this moment show the resource as it was before our write. */
  changedAt(id: Id<Kind>): number | undefined {
    return this.#resources.get(idKey(id))?.at
  }

  /** The same for a small list. */
  listChangedAt(scope: ListScope): number | undefined {
    return this.#lists.get(listKey(scope))
  }

  /** Whether a 404 can be mere lag behind our own PUT. */
  mayAppear(id: Id<Kind>, now: number): boolean {
    const written = this.#resources.get(idKey(id))
    if (written === undefined || written.how === 'deleted') return false
    return now < written.at + (written.accepted ? this.#graces.createdMs : this.#graces.unknownMs)
  }

  /** Whether a list that began then can be trusted about the resource; `shows`: it is in the list. */
  settles(id: Id<Kind>, begunAt: number, shows: boolean): boolean {
    const written = this.#resources.get(idKey(id))
    if (written === undefined) return true
    if (written.how === 'created' && shows) return begunAt > written.at
    const grace = written.accepted ? this.#graces.updatedMs : this.#graces.unknownMs
    return begunAt >= written.at + grace
  }

  /** A list has shown it. */
  shown(id: Id<Kind>): void {
    this.#unseen.get(id.kind)?.delete(idKey(id))
  }

  /** How many of its kind we made lately that no list has shown, if this is one of them; else 0. */
  created(id: Id<Kind>): number {
    const unseen = this.#unseen.get(id.kind)
    return unseen?.has(idKey(id)) ? unseen.size : 0
  }

  /** On how many of its kind Azure works for us, if on this one; else 0. */
  working(id: Id<Kind>): number {
    const working = this.#working.get(id.kind)
    return working?.has(idKey(id)) ? working.size : 0
  }

  /**
   * Azure's work on it has ended.
   * @param seenAt when a GET showed it, before lists do: until they do they prove nothing
   */
  over(id: Id<Kind>, seenAt?: number): void {
    const key = idKey(id)
    if (!this.#working.get(id.kind)?.delete(key) || seenAt === undefined) return
    this.#resources.set(key, { how: 'updated', accepted: true, at: seenAt })
  }

  #follow(id: Id<Kind>, { how, accepted }: Written): void {
    const working = this.#working.get(id.kind) ?? new Set<string>()
    this.#working.set(id.kind, working)
    if (how !== 'deleted' && accepted) working.add(idKey(id))
    else working.delete(idKey(id))
  }

  #note(id: Id<Kind>, { how, accepted, at }: Written): void {
    const unseen = this.#unseen.get(id.kind) ?? new Map<string, number>()
    this.#unseen.set(id.kind, unseen)
    for (const [key, since] of unseen) {
      if (at < since + this.#graces.createdMs) break
      unseen.delete(key)
    }
    unseen.delete(idKey(id))
    if (how === 'created' && accepted) unseen.set(idKey(id), at)
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return
    this.#sweptAt = now
    const old = now - forgottenAfterMs
    for (const [key, { at }] of this.#resources) {
      if (at >= old) continue
      this.#resources.delete(key)
      for (const working of this.#working.values()) working.delete(key)
    }
    for (const [key, at] of this.#lists) if (at < old) this.#lists.delete(key)
  }
}

/** Resources whose own answers show this one as well. */
function shownIn(id: Id<Kind>): readonly Id<Kind>[] {
  if (is('connection', id)) return [serverOf(id)]
  if (is('subnet', id)) return [virtualNetworkOf(id)]
  return []
}

/**
 * Small lists that show this resource. Lists of whole subscriptions are not among them: one write would
 * have them read again for everybody; `find` looks past them instead.
 */
function listsWith(id: Id<Kind>): readonly string[] {
  if (is('virtualNetworkLink', id))
    return [listKey({ list: 'virtualNetworkLinks', zoneId: zoneOf(id) })]
  if (is('zoneGroup', id)) return [listKey({ list: 'zoneGroups', endpointId: endpointOf(id) })]
  if (is('privateEndpoint', id)) return [listKey({ list: 'zoneGroups', endpointId: id })]
  if (is('zone', id)) return [listKey({ list: 'zones', subscriptionId: id.subscriptionId })]
  return []
}

const is = <K extends Kind>(kind: K, id: Id<Kind>): id is Id<K> => id.kind === kind

/** For maps: one list of one scope, without case. */
export function listKey(scope: ListScope): string {
  switch (scope.list) {
    case 'virtualNetworkLinks':
    case 'recordSets':
      return `${scope.list} ${idKey(scope.zoneId)}`
    case 'zoneGroups':
      return `${scope.list} ${idKey(scope.endpointId)}`
    case 'privateLinkResources':
      return `${scope.list} ${idKey(scope.serverId)}`
    case 'privateEndpoints':
    case 'networkInterfaces':
      return `${scope.list} ${scope.subscriptionId} ${scope.resourceGroup ?? ''}`.toLowerCase()
    case 'servers':
    case 'virtualNetworks':
    case 'zones':
      return `${scope.list} ${scope.subscriptionId}`.toLowerCase()
  }
}
