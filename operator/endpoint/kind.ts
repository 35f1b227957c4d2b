/**
 * PostgresPrivateEndpoint: the five verbs tied together. Holds no decision; sees to it that a finalizer
 * and the note of what is begun stand before a write, and that nothing is deleted by a stale cache.
 */
import { isDeepStrictEqual } from 'node:util'
import { changed } from '../api/condition.ts'
import {
  finalizer,
  kind,
  type EndpointStatus,
  type PostgresPrivateEndpoint,
} from '../api/private-endpoint.ts'
import type { Outcome } from '../azure/action.ts'
import type { ArmError } from '../azure/error.ts'
import type { Azure } from '../azure/port.ts'
import { Readers } from '../azure/readers.ts'
import { Turns } from '../azure/turns.ts'
import type { ConfigMaps, EventRecorder, ObjectWriter, Store } from '../kubernetes/port.ts'
import type { KindOf } from '../runtime/kind.ts'
import { catalogue } from './conditions.ts'
import type { Deed } from './deed.ts'
import { claimOf, identityOf } from './identity.ts'
import { Memory } from './memory.ts'
import type { Observation } from './observation.ts'
import { ZoneNames } from './observe-name.ts'
import { observe, type Sources } from './observe.ts'
import type { Settings } from './pace.ts'
import { afterWrite, heldUp, obstacle } from './server-turn.ts'
import { plan, type Plan } from './plan.ts'
import { report, type Written } from './report.ts'

export { endpointsToWake } from './wake.ts'

export interface EndpointDeps {
  readonly azure: Azure
  readonly endpoints: Store<PostgresPrivateEndpoint>
  readonly writer: ObjectWriter<PostgresPrivateEndpoint>
  readonly events: EventRecorder
  /** Whether the object is this process's to serve; absent: all are. Others are read, never written. */
  readonly mine?: (object: PostgresPrivateEndpoint) => boolean
  /** Absent: `spec.connectionInfo` is not served. */
  readonly configMaps?: ConfigMaps
  /** The first part of `pgpeOwner` on everything that is made. */
  readonly clusterId: string
  readonly settings: Settings
  readonly now: () => Date
  /** In [0, 1). */
  readonly random: () => number
  /** Told when something in Azure has changed that the object read. Absent: objects look again themselves. */
  readonly onNews?: (key: string, waited: boolean) => void
  /** Azure's monotonic clock, ms. Absent: no list proves that an endpoint is not there yet. */
  readonly moment?: () => number
  /** At servers and subnets, shared with the other kind; absent: for these objects alone. */
  readonly turns?: Turns
  /** Name of the private DNS zone in this cloud; default: the public cloud's. */
  readonly zoneName?: string
}

export type EndpointKind = KindOf<Observation, Deed, Plan, Outcome, Written>

export function endpointKind(deps: EndpointDeps): EndpointKind {
  const { turns = new Turns({ now: () => deps.now().getTime() }) } = deps
  const memory = new Memory(turns)
  const { zoneName = 'privatelink.postgres.database.azure.com' } = deps
  const readers = new Readers(deps.azure, deps.onNews)
  const sources: Sources = { ...deps, memory, zoneName, readers, zoneNames: new ZoneNames() }
  return {
    name: kind,
    observe: (key) => observe(sources, key),
    plan,
    act: async (deed, seen) => {
      const outcome = await act(deps, memory, deed, seen)
      memory.done(seen, deed, outcome, deps.now().getTime())
      return outcome
    },
    report: (seen, made, outcomes, now) => report(seen, made, outcomes, now, deps.settings),
    write: (key, seen, written) => write(deps, memory, key, seen, written),
  }
}

async function act(
  deps: EndpointDeps,
  memory: Memory,
  deed: Deed,
  seen: Observation,
): Promise<Outcome> {
  const { azure, now, settings } = deps
  if (deed.name === 'CreateZone' && memory.beingMade.zone(deed, now().getTime())) {
    return held(zoneBeingMade)
  }
  if (deed.name === 'CreateLink' && memory.beingMade.link(deed, seen.key, now().getTime())) {
    return held(linkBeingMade)
  }
  const view = azure.as(identityOf(seen.object))
  const { action } = deed
  const claim = claimOf(seen.key, seen.object, action.cause)
  const changed = async (): Promise<ArmError | undefined> =>
    action.do === 'delete' && !(await stillSo(deps, seen)) ? stale : undefined
  if (action.id.kind !== 'privateEndpoint' || seen.parsed.is !== 'target')
    return view.act(action, { claim, check: changed })

  const target = seen.parsed.value
  const busy = async (): Promise<ArmError | undefined> =>
    obstacle(action, await view.find(target.serverId, settings.inFlightMs))
  const check = async (): Promise<ArmError | undefined> => (await changed()) ?? (await busy())
  const outcome = heldUp(memory, target, claim)
  if (outcome !== undefined) return outcome
  const answer = await view.act(action, { claim, check })
  return afterWrite(memory, target, claim, answer, now().getTime())
}

/** A quorum read: nothing is deleted because a cache is late. */
async function stillSo(
  { writer, mine = () => true }: EndpointDeps,
  { key, object: { metadata } }: Observation,
): Promise<boolean> {
  const fresh = await writer.getNow(key)
  return (
    fresh?.metadata.uid === metadata.uid &&
    fresh.metadata.generation === metadata.generation &&
    fresh.metadata.deletionTimestamp === metadata.deletionTimestamp &&
    mine(fresh)
  )
}

const held = (error: ArmError): Outcome => ({ is: 'held', error })
const stale: ArmError = {
  code: 'ObjectChanged',
  message: 'The object has changed since it was read.',
  retry: 'fast',
}
const linkBeingMade: ArmError = {
  code: 'LinkBeingMade',
  message: 'Another object is making the link of this network.',
  retry: 'fast',
  retryAfterMs: 10_000,
}
const zoneBeingMade: ArmError = {
  code: 'ZoneBeingMade',
  message: 'Another object is making a zone of this name in the subscription.',
  retry: 'fast',
}

async function write(
  { writer, events, configMaps, now }: EndpointDeps,
  memory: Memory,
  key: string,
  { object }: Observation,
  written: Written,
): Promise<void> {
  memory.blind(key, written.blind, now().getTime())
  for (const event of written.events.deeds) events.record(object, event)
  const leaving = object.metadata.deletionTimestamp !== undefined
  if (written.finalizer === 'add') {
    await writer.setFinalizer(object, finalizer, true)
    return
  }
  if (written.finalizer === 'remove' && leaving) {
    await writer.setFinalizer(object, finalizer, false)
    return
  }
  let latest = object
  if (written.status !== undefined && differs(object.status, written.status)) {
    // Always against the version that was read: a stale writer must not undo what was noted since.
    latest = await writer.applyStatus(object, written.status, object.metadata.resourceVersion)
    const bound = written.status.privateEndpointId
    if (bound !== undefined && object.status?.privateEndpointId === undefined) {
      memory.firsthand(key)?.noted()
    }
    for (const event of written.events.transitions) events.record(object, event)
  }
  for (const change of written.publish ?? []) {
    memory.publishing(key, await configMaps?.write(change))
  }
  if (written.finalizer === 'remove') {
    await writer.setFinalizer(latest, finalizer, false)
  }
}

function differs(before: EndpointStatus | undefined, after: EndpointStatus): boolean {
  const { conditions: was = [], ...rest } = before ?? {}
  const { conditions: is = [], ...others } = after
  return changed(was, is, catalogue) || !isDeepStrictEqual(rest, others)
}
