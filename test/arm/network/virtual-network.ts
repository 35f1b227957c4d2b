/** Virtual networks, with their subnets inline. */
import type { Answer } from '../answer.ts'
import { object, required, textMap } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { Group, Subnet, VirtualNetwork } from '../records.ts'
import { regionFor } from '../regions.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'
import { prefixOf } from './address.ts'
import { invalidPrefix, makeSubnet } from './subnet-body.ts'
import { inUse, removeSubnet, settle } from './subnet.ts'
import { begin, deleteAnswer, etag, putAnswer, writeOf } from './write.ts'
import type { Wanted } from './virtual-network-body.ts'
import { networkBody, propertiesOf, renderNetwork, wantedSubnets } from './virtual-network-body.ts'

const type = 'Microsoft.Network/virtualNetworks'
const inSubscription = `/subscriptions/{subscription}/providers/${type}`
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

/** The subnets that a body leaves out. One in use cannot go. */
function droppedSubnets(network: VirtualNetwork, wanted: readonly Wanted[]): readonly Subnet[] {
  const keys = new Set(wanted.map((each) => `${network.id}/subnets/${each.name}`.toLowerCase()))
  const dropped = [...network.subnets].filter(([key]) => !keys.has(key)).map(([, subnet]) => subnet)
  for (const subnet of dropped) {
    const refusal = inUse(subnet)
    if (refusal !== undefined) throw refusal
  }
  return dropped
}

/** Makes the network's subnets those that are wanted. */
function applySubnets(world: World, network: VirtualNetwork, wanted: readonly Wanted[]): void {
  for (const subnet of droppedSubnets(network, wanted)) removeSubnet(world, subnet)
  for (const each of wanted) {
    const subnet = network.subnets.get(`${network.id}/subnets/${each.name}`.toLowerCase())
    if (subnet === undefined) makeSubnet(world, network, each.name, each.facts)
    else Object.assign(subnet, each.facts)
  }
}

function put(call: Call): Answer {
  const { world } = call
  const group = groupOf(call, 'write')
  const body = bodyOf(call, networkBody)
  const location = regionFor(body.location, type)
  const existing = world.networks.get(`${group.id}/providers/${type}/${name(call, 'name')}`)
  checkLocation(existing, location, group)
  const addressPrefixes = required(
    body.properties?.addressSpace?.addressPrefixes,
    'properties.addressSpace.addressPrefixes',
  )
  for (const prefix of addressPrefixes.filter((each) => !each.includes(':'))) {
    if (prefixOf(prefix) === undefined) throw invalidPrefix(prefix, name(call, 'name'))
  }
  const tags = checkTags(body.tags)
  const wanted = wantedSubnets(body.properties, addressPrefixes)
  const network = existing ?? makeNetwork(call, group, location)
  if (wanted !== undefined) droppedSubnets(network, wanted)
  const before = existing && JSON.stringify(renderNetwork(existing))
  const write = writeOf(
    'PutVirtualNetworkOperation',
    location,
    durations.network,
    secondsOf(world, 'network', network.id),
  )
  const operation = begin(call, network, write, () => {
    world.networks.touch(network)
    network.state = 'Succeeded'
    if (!unchanged) network.etag = etag(world, network.id)
    for (const subnet of network.subnets.values())
      if (subnet.state !== 'Succeeded') settle(world, subnet)
  })
  if (existing === undefined) world.networks.add(network)
  else world.networks.touch(network)
  network.tags = tags
  network.addressPrefixes = addressPrefixes
  network.properties = propertiesOf(body.properties)
  if (wanted !== undefined) applySubnets(world, network, wanted)
  // Recorded: a PUT that changes nothing keeps the etag and the state.
  const unchanged = before === JSON.stringify(renderNetwork(network))
  if (!unchanged) network.state = 'Updating'
  return putAnswer(world, operation, existing === undefined, renderNetwork(network))
}

function makeNetwork(call: Call, group: Group, location: string): VirtualNetwork {
  const id = `${group.id}/providers/${type}/${name(call, 'name')}`
  return {
    id,
    guid: call.world.dice.guid(`network ${id}`),
    location,
    tags: undefined,
    etag: etag(call.world, id),
    state: 'Updating',
    operation: undefined,
    properties: {},
    addressPrefixes: [],
    subnets: new Map(),
    links: new Set(),
  }
}

function found(call: Call, access: 'read' | 'write'): VirtualNetwork {
  const group = groupOf(call, access)
  const network = call.world.networks.get(`${group.id}/providers/${type}/${name(call, 'name')}`)
  if (network === undefined) throw notFound(`${type}/${name(call, 'name')}`, group.name)
  return network
}

function get(call: Call): Answer {
  const group = groupOf(call, 'read')
  const body = call.world.networks.seen(`${group.id}/providers/${type}/${name(call, 'name')}`)
  if (body === undefined) throw notFound(`${type}/${name(call, 'name')}`, group.name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function patch(call: Call): Answer {
  const network = found(call, 'write')
  const { tags } = bodyOf(call, object({ tags: textMap }))
  call.world.networks.touch(network)
  network.tags = checkTags(tags)
  network.etag = etag(call.world, network.id)
  return { status: 200, body: renderNetwork(network) }
}

function remove(call: Call): Answer {
  const { world } = call
  const group = groupOf(call, 'write')
  const network = world.networks.get(`${group.id}/providers/${type}/${name(call, 'name')}`)
  if (network === undefined) return { status: 204 }
  for (const subnet of network.subnets.values()) {
    const refusal = inUse(subnet)
    if (refusal !== undefined) throw refusal
  }
  const write = writeOf(
    'DeleteVirtualNetworkOperation',
    network.location,
    durations.network,
    secondsOf(world, 'network', network.id),
  )
  const operation = begin(call, network, write, () => removeNetwork(world, network))
  world.networks.touch(network)
  network.state = 'Deleting'
  return deleteAnswer(world, operation)
}

/** With the network go its links, in whatever zone they are. */
export function removeNetwork(world: World, network: VirtualNetwork): void {
  for (const subnet of network.subnets.values()) removeSubnet(world, subnet)
  for (const link of network.links) {
    link.zone.links.delete(link)
    world.links.remove(link)
  }
  world.networks.remove(network)
}

export const virtualNetworkRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: inSubscription,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.networks.lines(`/subscriptions/${subscription(call).id}`)),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.networks.lines(groupOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
