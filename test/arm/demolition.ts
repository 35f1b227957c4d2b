/** What a group's deletion does to what is inside it, in the order in which Azure must. */
import type { Failure } from './answer.ts'
import { removeLink } from './dns/link.ts'
import { removeZone } from './dns/zone.ts'
import { removeInterface } from './network/interface.ts'
import { removeEndpoint } from './network/removal.ts'
import { removeNetwork } from './network/virtual-network.ts'
import { keyOf } from './path.ts'
import { removeServer } from './postgres/server.ts'
import type { Collection, Line, Stored } from './store.ts'
import type { World } from './world.ts'

/** Types that live in groups and are listed as resources. */
const tracked = (world: World): readonly Collection<never>[] =>
  [
    world.endpoints,
    world.interfaces,
    world.securityGroups,
    world.networks,
    world.zones,
    world.links,
    world.servers,
  ] as unknown as readonly Collection<never>[]

/** Ids of the tracked resources in the scope. */
export const inside = (world: World, scope: string): readonly string[] =>
  tracked(world).flatMap((collection) => collection.in(scope).map((each: Stored) => each.id))

/** Lines of a list of resources of all types; orders are of one list. */
export function allLines(world: World, scope: string): readonly Line[] {
  return tracked(world)
    .flatMap((collection) => collection.lines(scope))
    .map(({ body }, order) => ({ order, body }))
}

/** Removes everything in the group, or says what holds it. */
export function empty(world: World, groupId: string): Failure | undefined {
  for (const endpoint of world.endpoints.in(groupId)) removeEndpoint(world, endpoint)
  const user = world.networks
    .in(groupId)
    .flatMap((network) => [...network.subnets.values()])
    .flatMap((subnet) => [...subnet.allocated.values()])
    .find(({ id }) => !keyOf(id).startsWith(`${keyOf(groupId)}/`))
  if (user !== undefined) {
    return {
      code: 'ResourceGroupDeletionBlocked',
      message: `Deletion of resource group '${groupId.split('/').at(-1)}' failed as resource '${user.subnet.id}' is in use by '${user.id}'.`,
    }
  }
  for (const link of world.links.in(groupId)) removeLink(world, link)
  for (const zone of world.zones.in(groupId)) removeZone(world, zone)
  for (const each of world.interfaces.in(groupId)) removeInterface(world, each)
  for (const each of world.securityGroups.in(groupId)) world.securityGroups.remove(each)
  for (const network of world.networks.in(groupId)) removeNetwork(world, network)
  for (const server of world.servers.in(groupId)) removeServer(world, server)
  return undefined
}
