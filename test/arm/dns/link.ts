/**
 * Links of virtual networks to private DNS zones. What is wrong with a link between two resources that
 * exist shows only when its operation ends.
 */
import type { Answer, Failure } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks } from '../call.ts'
import { delayOf } from '../duration.ts'
import { checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { isOfType, sameId } from '../path.ts'
import type { VirtualNetworkLink, Zone } from '../records.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'
import type { LinkBody } from './link-body.ts'
import { checkPolicy, linkBody, linkType as type } from './link-body.ts'
import { obstacleOf } from './link-obstacle.ts'
import {
  accepted,
  badRequest,
  begin,
  checkGlobal,
  checkPreconditions,
  usableZone,
  zoneType,
} from './write.ts'

const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${zoneType}/{zone}/virtualNetworkLinks`
const one = `${all}/{name}`

const etag = (world: World, id: string): string =>
  `"${world.dice.guid(`etag ${id.toLowerCase()}`)}"`

const zoneIdOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${zoneType}/${name(call, 'zone')}`

function put(call: Call): Answer {
  const { world } = call
  const zone = usableZone(world, zoneIdOf(call, 'write'), 'privateDnsZones/virtualNetworkLinks')
  const body = bodyOf(call, linkBody)
  checkGlobal(body.location, type)
  const id = `${zone.id}/virtualNetworkLinks/${name(call, 'name')}`
  const networkId = required(body.properties?.virtualNetwork?.id, 'properties.virtualNetwork.id')
  if (!isOfType(networkId, 'Microsoft.Network/virtualNetworks')) {
    throw badRequest(`The virtual network resource id '${networkId}' is invalid.`)
  }
  checkPolicy(zone, body)
  const tags = checkTags(body.tags)
  const action = 'Microsoft.Network/virtualNetworks/join/action'
  requireLinks(call, `${type}/write`, id, [{ action, scope: networkId }])
  const existing = world.links.get(id)
  checkPreconditions(call, existing, `virtual network link '${name(call, 'name')}'`)
  if (existing !== undefined && !sameId(existing.networkId, networkId)) {
    throw badRequest(
      `The virtual network of the link '${existing.id}' cannot be changed from '${existing.networkId}' to '${networkId}'.`,
    )
  }
  const link = existing ?? makeLink(world, zone, id, networkId)
  const operation = begin(call, link, 'UpsertVirtualNetworkLink', () =>
    finish(world, link, { ...body, tags: tags ?? {} }),
  )
  if (existing === undefined) {
    link.tags = tags
    zone.links.add(world.links.add(link))
  } else {
    world.links.touch(link)
    link.state = 'Updating'
  }
  return accepted(world, operation, {})
}

function makeLink(world: World, zone: Zone, id: string, networkId: string): VirtualNetworkLink {
  return {
    id,
    zone,
    networkId,
    tags: undefined,
    etag: etag(world, id),
    state: 'Creating',
    linkState: 'InProgress',
    registrationEnabled: false,
    resolutionPolicy: undefined,
    operation: undefined,
  }
}

/** The end of a write's operation; a link that could not be made is none. */
function finish(
  world: World,
  link: VirtualNetworkLink,
  { properties, tags }: LinkBody,
): Failure | undefined {
  if (world.links.get(link.id) !== link)
    return { code: 'Canceled', message: 'Operation was canceled.' }
  const registers = properties?.registrationEnabled ?? false
  const obstacle = obstacleOf(world, link, registers)
  world.links.touch(link)
  if (obstacle !== undefined) {
    if (link.state === 'Creating') removeLink(world, link)
    else link.state = 'Failed'
    return obstacle
  }
  world.networks.get(link.networkId)?.links.add(link)
  link.state = 'Succeeded'
  link.registrationEnabled = registers
  link.resolutionPolicy = properties?.resolutionPolicy
  link.tags = tags !== undefined && Object.keys(tags).length > 0 ? tags : undefined
  link.etag = etag(world, link.id)
  world.clock.after(delayOf(world, 'linkCompleted', link.id), () => {
    world.links.touch(link)
    link.linkState = 'Completed'
  })
  return undefined
}

function get(call: Call): Answer {
  const group = groupOf(call, 'read')
  const body = call.world.links.seen(
    `${zoneIdOf(call, 'read')}/virtualNetworkLinks/${name(call, 'name')}`,
  )
  if (body === undefined) {
    throw notFound(
      `${zoneType}/${name(call, 'zone')}/virtualNetworkLinks/${name(call, 'name')}`,
      group.name,
    )
  }
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function list(call: Call): Answer {
  const zone = call.world.zones.get(zoneIdOf(call, 'read'))
  if (zone === undefined)
    throw notFound(`${zoneType}/${name(call, 'zone')}`, groupOf(call, 'read').name)
  return page(call, call.world.links.lines(zone.id), 'dns')
}

function patch(call: Call): Answer {
  const { world } = call
  const id = `${zoneIdOf(call, 'write')}/virtualNetworkLinks/${name(call, 'name')}`
  const link = world.links.get(id)
  if (link === undefined) {
    throw notFound(
      `${zoneType}/${name(call, 'zone')}/virtualNetworkLinks/${name(call, 'name')}`,
      groupOf(call, 'read').name,
    )
  }
  const body = bodyOf(call, linkBody)
  checkPolicy(link.zone, body)
  checkPreconditions(call, link, `virtual network link '${name(call, 'name')}'`)
  const {
    registrationEnabled = link.registrationEnabled,
    resolutionPolicy = link.resolutionPolicy,
  } = body.properties ?? {}
  const wanted: LinkBody = {
    properties: { registrationEnabled, resolutionPolicy },
    tags: checkTags(body.tags) ?? link.tags,
  }
  const operation = begin(call, link, 'UpsertVirtualNetworkLink', () => finish(world, link, wanted))
  world.links.touch(link)
  link.state = 'Updating'
  return accepted(world, operation, {})
}

function remove(call: Call): Answer {
  const { world } = call
  const link = world.links.get(
    `${zoneIdOf(call, 'write')}/virtualNetworkLinks/${name(call, 'name')}`,
  )
  checkPreconditions(call, link, `virtual network link '${name(call, 'name')}'`)
  if (link === undefined) return { status: 204 }
  const operation = begin(call, link, 'DeleteVirtualNetworkLink', () => removeLink(world, link))
  world.links.touch(link)
  link.state = 'Deleting'
  return accepted(world, operation)
}

export function removeLink(world: World, link: VirtualNetworkLink): void {
  link.zone.links.delete(link)
  world.networks.get(link.networkId)?.links.delete(link)
  world.links.remove(link)
}

export const linkRoutes: readonly Route[] = [
  { method: 'GET', path: all, type, operation: 'list', handle: list },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
