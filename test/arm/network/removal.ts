/** Taking an endpoint apart: what goes with it, and what it leaves on the server's side for a moment. */
import { removeRecords } from '../dns/private-link.ts'
import { delayOf } from '../duration.ts'
import { keyOf } from '../path.ts'
import type { PrivateEndpoint, ZoneGroup } from '../records.ts'
import { forget, release } from '../relation.ts'
import type { World } from '../world.ts'
import { removeInterface } from './interface.ts'

export function removeEndpoint(world: World, endpoint: PrivateEndpoint): void {
  if (endpoint.zoneGroup !== undefined) removeZoneGroup(world, endpoint.zoneGroup)
  removeInterface(world, endpoint.interface)
  endpoint.subnet.endpoints.delete(endpoint)
  world.endpoints.remove(endpoint)
  if (world.lag.name > 0)
    world.takenNames.set(keyOf(endpoint.id), world.clock.now() + world.lag.name * 1000)
  release(endpoint)
  const { server } = endpoint
  if (server === undefined) return
  endpoint.server = undefined
  server.endpoints.delete(endpoint)
  world.clock.after(delayOf(world, 'mirror', endpoint.id), () => forget(world, server, endpoint))
}

export function removeZoneGroup(world: World, group: ZoneGroup): void {
  removeRecords(world, group, group.configs)
  world.zoneGroups.remove(group)
  world.endpoints.touch(group.endpoint)
  if (group.endpoint.zoneGroup === group) group.endpoint.zoneGroup = undefined
}
