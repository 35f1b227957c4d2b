/** Subnets. One write at a time each; while one runs, endpoints cannot be put into it. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf, name } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { groupOf, notFound, parentNotFound } from '../gateway.ts'
import { page } from '../page.ts'
import { lastName } from '../path.ts'
import type { Subnet, VirtualNetwork } from '../records.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import { checkPrefixes, factsOf, makeSubnet, subnetBody } from './subnet-body.ts'
import {
  anotherOperation,
  begin,
  deleteAnswer,
  etag,
  networkRefusal,
  putAnswer,
  writeOf,
} from './write.ts'

const type = 'Microsoft.Network/virtualNetworks/subnets'
const all =
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets'
const one = `${all}/{name}`

/** Recorded: the ids of what is inside a subnet come in capitals, but for their types. */
const capitals = (id: string): string =>
  id
    .split('/')
    .map((segment, index) =>
      index === 4 || (index > 7 && index % 2 === 0) ? segment.toUpperCase() : segment,
    )
    .join('/')

const references = (ids: readonly string[]) => ids.map((id) => ({ id: capitals(id) }))

export function renderSubnet(subnet: Subnet): Body {
  const used = [...subnet.allocated.values()].map(({ id }) => id)
  const endpoints = [...subnet.endpoints].map(({ id }) => id)
  return {
    name: lastName(subnet.id),
    id: subnet.id,
    etag: subnet.etag,
    properties: {
      provisioningState: subnet.state,
      ...subnet.properties,
      ...(used.length === 0 ? {} : { ipConfigurations: references(used) }),
      ...(endpoints.length === 0 ? {} : { privateEndpoints: references(endpoints) }),
      delegations: subnet.delegations.map((serviceName, index) => ({
        name: `delegation${index}`,
        id: `${subnet.id}/delegations/delegation${index}`,
        etag: subnet.etag,
        properties: { provisioningState: 'Succeeded', serviceName, actions: [] },
        type: `${type}/delegations`,
      })),
    },
    type,
  }
}

function networkOf(call: Call, access: 'read' | 'write'): VirtualNetwork {
  const group = groupOf(call, access)
  const id = `${group.id}/providers/Microsoft.Network/virtualNetworks/${name(call, 'network')}`
  const network = call.world.networks.get(id)
  if (network !== undefined) return network
  if (access === 'write') throw parentNotFound('write', 'virtualNetworks/subnets', id)
  throw notFound(`Microsoft.Network/virtualNetworks/${name(call, 'network')}`, group.name)
}

export const networkNotFound = (id: string): Refusal =>
  networkRefusal(404, { code: 'NotFound', message: `Resource ${id} not found.` })

function get(call: Call): Answer {
  const network = networkOf(call, 'read')
  const id = `${network.id}/subnets/${name(call, 'name')}`
  const body = call.world.subnets.seen(id)
  if (body === undefined) throw networkNotFound(id)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function put(call: Call): Answer {
  const { world } = call
  const network = networkOf(call, 'write')
  const wanted = name(call, 'name')
  const facts = factsOf(bodyOf(call, subnetBody))
  const existing = world.subnets.get(`${network.id}/subnets/${wanted}`)
  const others = [...network.subnets.values()].filter((each) => each !== existing)
  checkPrefixes(
    wanted,
    facts,
    network.addressPrefixes,
    others.map(({ id, prefixes }) => ({ name: lastName(id), prefixes })),
  )
  if (network.operation?.status === 'InProgress') throw anotherOperation(world, network.operation)
  if (existing !== undefined) checkInUse(existing, facts.prefixes)
  if (existing?.busy !== undefined && world.clock.now() < existing.busy.until) {
    throw anotherOperation(world, existing.busy.operation)
  }
  const subnet = existing ?? makeSubnet(world, network, wanted, facts)
  const write = writeOf(
    'PutSubnetOperation',
    network.location,
    durations.network,
    secondsOf(world, 'network', subnet.id),
  )
  const operation = begin(call, subnet, write, () => {
    settle(world, subnet)
  })
  world.subnets.touch(subnet)
  Object.assign(subnet, facts)
  subnet.state = 'Updating'
  return putAnswer(world, operation, existing === undefined, renderSubnet(subnet))
}

export function settle(world: World, subnet: Subnet): void {
  world.subnets.touch(subnet)
  subnet.state = 'Succeeded'
  subnet.etag = etag(world, subnet.id)
}

/** A prefix with addresses in use cannot change. */
function checkInUse(subnet: Subnet, prefixes: readonly string[]): void {
  const [user] = subnet.allocated.values()
  if (user === undefined || prefixes.join() === subnet.prefixes.join()) return
  throw networkRefusal(400, {
    code: 'InUsePrefixCannotBeDeleted',
    message: `IpPrefix ${subnet.prefixes.join()} on Subnet ${lastName(subnet.id)} has active allocations and cannot be deleted.`,
  })
}

export const inUse = (subnet: Subnet): Refusal | undefined => {
  const [user] = subnet.allocated.values()
  if (user === undefined) return undefined
  return networkRefusal(400, {
    code: 'InUseSubnetCannotBeDeleted',
    message:
      `Subnet ${lastName(subnet.id)} is in use by ${user.id} and cannot be deleted. ` +
      'In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.',
  })
}

export function removeSubnet(world: World, subnet: Subnet): void {
  subnet.network.subnets.delete(subnet.id.toLowerCase())
  world.subnets.remove(subnet)
}

function remove(call: Call): Answer {
  const { world } = call
  const group = groupOf(call, 'write')
  const id = `${group.id}/providers/Microsoft.Network/virtualNetworks/${name(call, 'network')}/subnets/${name(call, 'name')}`
  const subnet = world.subnets.get(id)
  if (subnet === undefined) return { status: 204 }
  const refusal = inUse(subnet)
  if (refusal !== undefined) throw refusal
  const { location } = subnet.network
  const write = writeOf(
    'DeleteSubnetOperation',
    location,
    durations.network,
    secondsOf(world, 'network', id),
  )
  const operation = begin(call, subnet, write, () => removeSubnet(world, subnet))
  world.subnets.touch(subnet)
  subnet.state = 'Deleting'
  return deleteAnswer(world, operation)
}

export const subnetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.subnets.lines(networkOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
