/** The reads of private DNS: which zone, its links and records, the endpoint's zone group. */
import { sameText, type Id } from '../azure/id.ts'
import type { PrivateEndpoint, RecordSet, Server } from '../azure/model.ts'
import { absent, present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import {
  unasked,
  type AzureSeen,
  type DnsSeen,
  type Observation,
  type Unasked,
} from './observation.ts'
import type { Sources } from './observe.ts'
import { linksOf, nameOf, zoneOf } from './observe-zone.ts'
import { restMs } from './pace.ts'
import { isApproved } from './plan-connection.ts'
import { addressesOf, creatorOf, holds, recordOf } from './record.ts'
import type { Target } from './target.ts'
import { zoneIdOf, type ZoneChoice } from './zone-choice.ts'

interface Given {
  readonly server: Observed<Server>
  readonly endpoint: Observed<PrivateEndpoint>
  readonly age: number
  /** Something will be removed. */
  readonly fresh: boolean
}

/** Reads zone, links and records at once; the zone group once the addresses are known. */
export async function observeDns(
  from: Sources,
  view: AzureView,
  base: Observation,
  target: Target,
  given: Given,
): Promise<(seen: Pick<AzureSeen, 'interfaces'>) => Promise<DnsSeen>> {
  const { mode } = base.object.spec.dns
  const zoneName =
    mode === 'Managed'
      ? await nameOf(from, view, base, target, given)
      : { name: from.zoneName, certain: false }
  const choice: ZoneChoice =
    mode === 'Managed' ? await zoneOf(view, base, target, zoneName.name, given) : { is: 'none' }
  const zoneId = choice.is === 'zone' ? choice.zone.id : undefined
  const [links, records] = await Promise.all([
    zoneId ? linksOf(view, zoneId, given.fresh ? 0 : given.age) : unasked,
    zoneIdOf(choice) ? recordsOf(view, zoneIdOf(choice), given) : unasked,
  ])
  const shown = { zoneName, choice, links, records, zoneGroups: unasked, creator: unasked }
  const creator = await creatorSeen(view, shown, target, given)
  return async ({ interfaces }) => {
    const partly: DnsSeen = { ...shown, creator }
    const zoneGroups = await groupsOf(from, view, base, target, given, partly, { interfaces })
    return { ...partly, zoneGroups }
  }
}

async function recordsOf(
  view: AzureView,
  zoneId: Id<'zone'> | undefined,
  { age, fresh }: Given,
): Promise<Observed<readonly RecordSet[]> | Unasked> {
  if (zoneId === undefined) return unasked
  const all = await view.list({ list: 'recordSets', zoneId }, fresh ? 0 : age)
  return all.is === 'present' ? present(all.value.items) : all
}

/** The endpoint that made the record, where that is another one: by its GUID, in the shared list. */
async function creatorSeen(
  view: AzureView,
  dns: DnsSeen,
  target: Target,
  { endpoint, age }: Given,
): Promise<DnsSeen['creator']> {
  const record = recordOf(dns, target)
  const creator = record && creatorOf(record)
  if (creator === undefined || endpoint.is !== 'present') return unasked
  if (sameText(creator.resourceGuid, endpoint.value.resourceGuid)) return unasked
  const { subscriptionId } = target.endpointId
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age)
  if (all.is !== 'present') return all
  const living = all.value.items.find((one) => sameText(one.resourceGuid, creator.resourceGuid))
  return living ? present(living) : absent
}

/**
 * Zone groups are read one endpoint at a time: while something is moving, when the record disagrees,
 * and else now and then.
 */
async function groupsOf(
  from: Sources,
  view: AzureView,
  { key, object, at, chance }: Observation,
  target: Target,
  { endpoint, age, fresh }: Given,
  dns: DnsSeen,
  seen: Pick<AzureSeen, 'interfaces'>,
): Promise<DnsSeen['zoneGroups']> {
  const { mode } = object.spec.dns
  const before = object.status?.dns?.zoneGroupId
  if (endpoint.is !== 'present' || (mode === 'None' && before === undefined)) return unasked
  const approved = isApproved(endpoint.value)
  const record = recordOf(dns, target)
  const recorded =
    record !== undefined && holds(record.ipAddresses, addressesOf(seen, endpoint.value))
  const usual = dns.records.is !== 'present' || recorded || !approved
  const settled = object.status?.memory?.appliedGeneration === object.metadata.generation
  const ready = object.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  const noted = mode === 'External' || before !== undefined
  const trusted = settled && noted && usual && (ready || !approved)
  const { memory, settings } = from
  const nowMs = at.getTime()
  memory.unrecorded(key, approved && mode === 'Managed' && !usual, nowMs)
  if (trusted && !fresh && !memory.zoneGroupDue(key, nowMs)) return unasked

  const youngest = fresh || trusted ? 0 : Math.min(age, restMs(settings))
  const all = await view.list({ list: 'zoneGroups', endpointId: target.endpointId }, youngest)
  if (all.is !== 'present') return all
  memory.zoneGroupSeen(key, nowMs + settings.zoneGroupResyncMs * (0.9 + 0.2 * chance))
  return present(all.value.items)
}
