/**
 * What zone groups of private endpoints write into private DNS zones: one A record per server and zone.
 * Whoever writes last has it, and every group that has written it takes it along, whosever it is by then
 * (azure-docs#58044).
 */
import { keyOf, lastName } from '../path.ts'
import type { ZoneConfig, ZoneGroup } from '../records.ts'
import type { World } from '../world.ts'
import { etag } from './write.ts'

const recordOf = ({ endpoint }: ZoneGroup, zoneId: string) => {
  const called = lastName(endpoint.connection.targetId).toLowerCase()
  return { called, id: `${zoneId}/A/${called}` }
}

/** The records of an approved endpoint, in every zone of the group that exists. */
export function writeRecords(world: World, group: ZoneGroup): void {
  const { endpoint, configs } = group
  for (const { zoneId } of configs) {
    const zone = world.zones.get(zoneId)
    if (zone === undefined) continue
    const { called, id } = recordOf(group, zone.id)
    const written = {
      etag: etag(world, id),
      ttl: 10,
      // Seen in AzureTRE#3767.
      metadata: {
        creator: `created by private endpoint ${lastName(endpoint.id)} with resource guid ${endpoint.guid}`,
      },
      records: {
        aRecords: endpoint.interface.ipConfigurations.map(({ address }) => ({
          ipv4Address: address,
        })),
      },
    }
    world.zones.touch(zone)
    group.written.add(keyOf(zoneId))
    const existing = world.recordSets.get(id)
    if (existing === undefined)
      world.recordSets.add({ id, zone, type: 'A', name: called, ...written })
    else Object.assign(existing, written)
  }
}

export function removeRecords(
  world: World,
  group: ZoneGroup,
  configs: readonly ZoneConfig[],
): void {
  for (const { zoneId } of configs) {
    const zone = world.zones.get(zoneId)
    const existing = world.recordSets.get(recordOf(group, zoneId).id)
    if (!group.written.delete(keyOf(zoneId)) || zone === undefined || existing === undefined)
      continue
    world.zones.touch(zone)
    world.recordSets.remove(existing)
  }
}
