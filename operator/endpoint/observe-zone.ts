/** Which zone an endpoint uses: the reads that `chooseZone` decides by. */
import { lacksPermission } from '../azure/reasons.ts'
import { formatId, idKey, lastName, sameText, type Id } from '../azure/id.ts'
import type { Server, VirtualNetworkLink, Zone } from '../azure/model.ts'
import { present, type Observed } from '../azure/observed.ts'
import type { AzureView } from '../azure/port.ts'
import { calmly, type Ages } from './observe-calm.ts'
import type { Observation } from './observation.ts'
import type { Target } from './target.ts'
import { chooseZone, named, type ZoneChoice } from './zone-choice.ts'

interface Given {
  readonly server: Observed<Server>
  readonly ages: Ages
}

/** The zone as it was a while ago, if it was usable then. */
export async function zoneOf(
  view: AzureView,
  base: Observation,
  target: Target,
  name: string,
  { ages: { age, calm } }: Given,
): Promise<ZoneChoice> {
  const before = await zoneAt(view, base, target, name, calm)
  const usable = before.is === 'zone' && before.zone.provisioningState === 'Succeeded'
  return usable || calm <= age ? before : zoneAt(view, base, target, name, age)
}

async function zoneAt(
  view: AzureView,
  { object }: Observation,
  target: Target,
  name: string,
  age: number,
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

/** The zone's links; what the object wants of them must be there, or they are looked at now. */
export const wantedLinksOf = (
  view: AzureView,
  zoneId: Id<'zone'>,
  { linkedNetworks }: Target,
  ages: Ages,
): Promise<Observed<readonly VirtualNetworkLink[]>> =>
  calmly(
    ages,
    (maxAge) => linksOf(view, zoneId, maxAge, linkedNetworks.map(idKey)),
    (found) =>
      linkedNetworks.every((network) =>
        found.some(
          ({ virtualNetworkId, provisioningState }) =>
            sameText(virtualNetworkId, formatId(network)) && provisioningState === 'Succeeded',
        ),
      ),
  )

async function linksOf(
  view: AzureView,
  zoneId: Id<'zone'>,
  age: number,
  about?: readonly string[],
): Promise<Observed<readonly VirtualNetworkLink[]>> {
  const all = await view.list({ list: 'virtualNetworkLinks', zoneId }, age, about)
  return all.is === 'present' ? present(all.value.items) : all
}
