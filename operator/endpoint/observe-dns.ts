/** The reads of private DNS: which zone, its links and records, the endpoint's zone group. */
import { lastName, sameId, sameText, type Id } from '../azure/id.ts'
import { guidKey } from '../azure/listing.ts'
import type { PrivateEndpoint, RecordSet, Server, ZoneGroup } from '../azure/model.ts'
import type { EndpointSpec } from '../api/private-endpoint.ts'
import { absent, present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { endpointWithGuid, recordsNamed } from './listing.ts'
import {
  unasked,
  type AzureSeen,
  type DnsSeen,
  type Observation,
  type Unasked,
} from './observation.ts'
import type { Sources } from './observe.ts'
import type { Ages } from './observe-calm.ts'
import { creatorFate } from './observe-creator.ts'
import { nameOf } from './observe-name.ts'
import { wantedLinksOf, zoneOf } from './observe-zone.ts'
import { restMs } from './pace.ts'
import { isApproved } from './plan-connection.ts'
import { leadsTo } from './plan-zone-group.ts'
import { addressesOf, creatorOf, holds, recordOf } from './record.ts'
import type { Target } from './target.ts'
import { zoneIdOf, type ZoneChoice } from './zone-choice.ts'

interface Given {
  readonly server: Observed<Server>
  readonly endpoint: Observed<PrivateEndpoint>
  readonly ages: Ages
  /** The endpoint is to be removed: its zone group is looked at, and its links once it is gone. */
  readonly removing: boolean
}

/** Reads zone, links and records at once; the zone group once the addresses are known. */
export async function observeDns(
  from: Sources,
  view: AzureView,
  base: Observation,
  target: Target,
  given: Given,
): Promise<(seen: Pick<AzureSeen, 'interfaces'>) => Promise<DnsSeen>> {
  const { deletionTimestamp } = base.object.metadata
  const { mode, deleteUnusedLinks } = base.object.spec.dns
  // Links go when nothing of the endpoint is left; before that a deletion needs no zone.
  const tidying =
    deletionTimestamp !== undefined && deleteUnusedLinks && given.endpoint.is === 'absent'
  const managed = mode === 'Managed' && (deletionTimestamp === undefined || tidying)
  const zoneName = managed
    ? await nameOf(from, view, base, target, given.server)
    : { name: from.zoneName, certain: false }
  const ages = tidying ? { age: 0, calm: 0 } : given.ages
  const choice: ZoneChoice = managed
    ? await zoneOf(view, base, target, zoneName.name, { ...given, ages })
    : { is: 'none' }
  const zoneId = choice.is === 'zone' ? choice.zone.id : undefined
  const made =
    given.endpoint.is === 'present' && given.endpoint.value.provisioningState === 'Succeeded'
  const [links, records] = await Promise.all([
    zoneId ? wantedLinksOf(view, zoneId, target, ages) : unasked,
    recordsOf(
      view,
      zoneIdOf(choice),
      made ? ages.age : ages.calm,
      tidying ? undefined : lastName(target.serverId),
    ),
  ])
  const shown = { zoneName, choice, links, records, zoneGroups: unasked, creator: unasked }
  const creator = await creatorSeen(view, shown, target, given)
  const fate = await creatorFate(from, view, { ...shown, creator }, target)
  return async ({ interfaces }) => {
    const partly: DnsSeen = {
      ...shown,
      creator,
      ...(fate === undefined ? {} : { creatorFate: fate }),
    }
    const zoneGroups = await groupsOf(from, view, base, target, given, partly, { interfaces })
    return { ...partly, zoneGroups }
  }
}

/** @param name the one record that matters; absent: all */
async function recordsOf(
  view: AzureView,
  zoneId: Id<'zone'> | undefined,
  age: number,
  name: string | undefined,
): Promise<Observed<readonly RecordSet[]> | Unasked> {
  if (zoneId === undefined) return unasked
  const about = name === undefined ? undefined : [name.toLowerCase()]
  const all = await view.list({ list: 'recordSets', zoneId }, age, about)
  if (all.is !== 'present') return all
  return present(name === undefined ? all.value.items : recordsNamed(all.value, name))
}

/** The endpoint that made the record, where that is another one: by its GUID, in the shared list. */
async function creatorSeen(
  view: AzureView,
  dns: DnsSeen,
  target: Target,
  { endpoint, ages: { age } }: Given,
): Promise<DnsSeen['creator']> {
  const record = recordOf(dns, target)
  const creator = record && creatorOf(record)
  if (creator === undefined || endpoint.is !== 'present') return unasked
  if (sameText(creator.resourceGuid, endpoint.value.resourceGuid)) return unasked
  const { subscriptionId } = target.endpointId
  const about = [guidKey(creator.resourceGuid)]
  const all = await view.list({ list: 'privateEndpoints', subscriptionId }, age, about)
  if (all.is !== 'present') return all
  const living = endpointWithGuid(all.value, creator.resourceGuid)
  return living ? present(living) : absent
}

/**
 * Zone groups are read one endpoint at a time: until one has been found as it should be, when the record
 * disagrees, when something is removed, and else now and then.
 */
async function groupsOf(
  from: Sources,
  view: AzureView,
  { key, object, at, chance }: Observation,
  target: Target,
  { endpoint, ages: { age }, removing }: Given,
  dns: DnsSeen,
  seen: Pick<AzureSeen, 'interfaces'>,
): Promise<DnsSeen['zoneGroups']> {
  const { memory, settings } = from
  const { metadata, spec, status } = object
  const { generation } = metadata
  const nowMs = at.getTime()
  const noted = spec.dns.mode === 'External' || status?.dns?.zoneGroupId !== undefined
  if (endpoint.is !== 'present' || (spec.dns.mode === 'None' && !noted)) return unasked
  // Nothing is built on an endpoint that is being made, nothing taken off one that is going.
  const { provisioningState } = endpoint.value
  const needed = removing ? provisioningState !== 'Deleting' : provisioningState === 'Succeeded'
  if (!needed) return unasked
  const approved = isApproved(endpoint.value)
  const record = recordOf(dns, target)
  const held = record?.ipAddresses ?? []
  const agrees =
    !approved || dns.records.is !== 'present' || holds(held, addressesOf(seen, endpoint.value))
  memory.unrecorded(key, approved && spec.dns.mode === 'Managed' && !agrees, nowMs)

  const settled = status?.memory?.appliedGeneration === generation
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
  const usual = settled && (ready || !approved)
  // In a zone that can't be read only the group tells whether there is a record.
  const shown = !approved || dns.records.is === 'present'
  const fine = shown && memory.zoneGroupFine(key, generation)
  const trusted = agrees && noted && (usual || fine)
  if (trusted && !removing && !memory.zoneGroupDue(key, nowMs)) return unasked
  const known =
    removing || noted
      ? undefined
      : memory
          .firsthand(key)
          ?.groups(endpoint.value, agrees ? record : undefined, approved, { nowMs, generation })
  if (known?.is === 'recorded') {
    const nextMs = nowMs + settings.zoneGroupResyncMs * (0.9 + 0.2 * chance)
    memory.zoneGroupSeen(key, nextMs, generation)
  }
  if (known !== undefined) return known

  const youngest = removing || trusted ? 0 : Math.min(age, restMs(settings))
  const all = await view.list({ list: 'zoneGroups', endpointId: target.endpointId }, youngest)
  if (all.is !== 'present') return all
  const nextMs = nowMs + settings.zoneGroupResyncMs * (0.9 + 0.2 * chance)
  const right = all.value.items.some((group) => isAsWanted(group, spec, target, dns))
  memory.zoneGroupSeen(key, nextMs, right ? generation : undefined)
  return present(all.value.items)
}

function isAsWanted(
  group: ZoneGroup,
  { dns: { mode, configName } }: EndpointSpec,
  target: Target,
  { choice }: DnsSeen,
): boolean {
  if (group.provisioningState !== 'Succeeded') return false
  const zoneId = zoneIdOf(choice)
  const right = zoneId !== undefined && leadsTo(group, zoneId, configName)
  return mode === 'Managed' && right && sameId(group.id, target.zoneGroupId)
}
