/** Which zone an endpoint uses: the reads that `chooseZone` decides by. */
import { idKey, lastName, parseId, type Id } from '../azure/id.ts'
import type { Server, VirtualNetworkLink, Zone } from '../azure/model.ts'
import { absent, present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import type { DnsSeen, Observation } from './observation.ts'
import type { Sources } from './observe.ts'
import type { Target } from './target.ts'
import { lacksPermission } from './trouble.ts'
import { chooseZone, named, type ZoneChoice } from './zone-choice.ts'

interface Given {
  readonly server: Observed<Server>
  readonly age: number
}

/** Azure's own word for the zone's name where it has not been settled yet. */
export async function nameOf(
  from: Sources,
  view: AzureView,
  { object }: Observation,
  { serverId, zoneId }: Target,
  { server }: Given,
): Promise<DnsSeen['zoneName']> {
  const known = zoneId ?? parseId('zone', object.status?.dns?.zoneId ?? '')
  const settled = object.status?.memory?.appliedGeneration === object.metadata.generation
  if (known !== undefined && settled) return { name: lastName(known), certain: false }
  const all =
    server.is === 'present'
      ? await view.list({ list: 'privateLinkResources', serverId }, from.settings.zoneGroupResyncMs)
      : absent
  const names = all.is === 'present' ? all.value.items.flatMap((one) => one.requiredZoneNames) : []
  const [name] = names
  if (name !== undefined) return { name, certain: true }
  if (known !== undefined) return { name: lastName(known), certain: false }
  const domain =
    server.is === 'present' ? server.value.fullyQualifiedDomainName?.split('.').slice(1) : undefined
  return {
    name: domain?.length ? `privatelink.${domain.join('.')}` : from.zoneName,
    certain: false,
  }
}

export async function zoneOf(
  view: AzureView,
  { object }: Observation,
  target: Target,
  name: string,
  { age }: Given,
): Promise<ZoneChoice> {
  if (target.zoneId !== undefined) return givenZone(view, target.zoneId, age)
  const before = object.status?.dns?.zoneId
  const { subscriptionId } = target.subnetId
  const listed = await view.list({ list: 'zones', subscriptionId }, age)
  const zones: Observed<readonly Zone[]> =
    listed.is === 'present' ? present(listed.value.items) : listed
  const found = zones.is === 'present' ? named(zones.value, name) : []
  const links = new Map<string, Observed<readonly VirtualNetworkLink[]>>()
  if (found.length > 1) {
    await Promise.all(
      found.map(async ({ id }) => links.set(idKey(id), await linksOf(view, id, age))),
    )
  }
  const { createZone } = object.spec.dns
  const choice = chooseZone(target, { name, zones, links, before, createZone })
  // A list can be late: what would be made is looked for by its id first.
  if (choice.is !== 'make') return choice
  const exact = await view.get(choice.id, age)
  if (exact.is === 'present') return { is: 'zone', zone: exact.value }
  return exact.is === 'unreadable' ? { is: 'unreadable', error: exact.error } : choice
}

async function givenZone(view: AzureView, id: Id<'zone'>, age: number): Promise<ZoneChoice> {
  const zone = await view.find(id, age)
  switch (zone.is) {
    case 'present':
      return { is: 'zone', zone: zone.value }
    case 'absent':
      return { is: 'missing', name: lastName(id) }
    case 'unreadable':
      return lacksPermission(zone.error)
        ? { is: 'hidden', id, error: zone.error }
        : { is: 'unreadable', error: zone.error }
  }
}

export async function linksOf(
  view: AzureView,
  zoneId: Id<'zone'>,
  age: number,
): Promise<Observed<readonly VirtualNetworkLink[]>> {
  const all = await view.list({ list: 'virtualNetworkLinks', zoneId }, age)
  return all.is === 'present' ? present(all.value.items) : all
}
