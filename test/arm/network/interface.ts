/**
 * Network interfaces: those of endpoints, which nobody writes, and plain ones that take an address of a
 * subnet as any virtual machine would.
 */
import type { Answer } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks, subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { lastName } from '../path.ts'
import type { NetworkInterface } from '../records.ts'
import { regionFor } from '../regions.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'
import { allocate, release } from './address.ts'
import { chooseAddress } from './allocation.ts'
import {
  begin,
  deleteAnswer,
  etag,
  invalidReference,
  networkRefusal,
  propertyChange,
  putAnswer,
  writeOf,
} from './write.ts'
import { interfaceBody, macAddress, renderInterface } from './interface-body.ts'

const type = 'Microsoft.Network/networkInterfaces'
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

const managed = (of: NetworkInterface) =>
  networkRefusal(400, {
    code: 'InUseNetworkInterfaceCannotBeChanged',
    message: `Network Interface ${of.id} belongs to private endpoint ${of.endpoint?.id} and can be changed or deleted only with it.`,
  })

/** A plain interface: one configuration in one subnet; its address never changes. */
function put(call: Call): Answer {
  const { world } = call
  const id = idOf(call, 'write')
  const body = bodyOf(call, interfaceBody)
  const location = regionFor(body.location, type)
  const existing = world.interfaces.get(id)
  if (existing?.endpoint !== undefined) throw managed(existing)
  checkLocation(existing, location, groupOf(call, 'write'))
  const given = required(body.properties?.ipConfigurations?.[0], 'properties.ipConfigurations')
  const subnetId = required(
    given.properties?.subnet?.id,
    'properties.ipConfigurations[0].properties.subnet.id',
  )
  requireLinks(call, `${type}/write`, id, [
    { action: 'Microsoft.Network/virtualNetworks/subnets/join/action', scope: subnetId },
  ])
  const subnet = world.subnets.get(subnetId)
  if (subnet === undefined || subnet.network.location !== location)
    throw invalidReference(subnetId, id)
  const tags = checkTags(body.tags)
  const wanted = given.properties?.privateIPAddress
  const held = existing?.ipConfigurations[0]
  if (held !== undefined && (held.subnet !== subnet || (wanted ?? held.address) !== held.address)) {
    throw propertyChange('properties.ipConfigurations')
  }
  const configurationId = `${id}/ipConfigurations/${given.name ?? 'ipconfig1'}`
  const isStatic = given.properties?.privateIPAllocationMethod === 'Static'
  const made: NetworkInterface = existing ?? {
    id,
    guid: world.dice.guid(`interface ${id}`),
    location,
    tags,
    etag: etag(world, id),
    state: 'Updating',
    operation: undefined,
    macAddress: macAddress(world, id),
    endpoint: undefined,
    ipConfigurations: [
      {
        id: configurationId,
        name: lastName(configurationId),
        subnet,
        address: chooseAddress(
          subnet,
          isStatic ? required(wanted, 'privateIPAddress') : undefined,
          configurationId,
        ),
        method: isStatic ? 'Static' : 'Dynamic',
        primary: true,
      },
    ],
  }
  const write = writeOf(
    'PutNicOperation',
    location,
    durations.network,
    secondsOf(world, 'network', id),
  )
  const operation = begin(call, made, write, () => {
    world.interfaces.touch(made)
    made.state = 'Succeeded'
    made.etag = etag(world, id)
  })
  if (existing === undefined) addInterface(world, made)
  made.tags = tags
  return putAnswer(world, operation, existing === undefined, renderInterface(made))
}

export function addInterface(world: World, made: NetworkInterface): void {
  for (const configuration of made.ipConfigurations) allocate(configuration)
  world.interfaces.add(made)
}

export function removeInterface(world: World, of: NetworkInterface): void {
  for (const configuration of of.ipConfigurations) release(configuration)
  world.interfaces.remove(of)
}

function get(call: Call): Answer {
  const body = call.world.interfaces.seen(idOf(call, 'read'))
  if (body === undefined)
    throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const found = world.interfaces.get(idOf(call, 'write'))
  if (found === undefined) return { status: 204 }
  if (found.endpoint !== undefined) throw managed(found)
  const write = writeOf(
    'DeleteNicOperation',
    found.location,
    durations.network,
    secondsOf(world, 'network', found.id),
  )
  const operation = begin(call, found, write, () => removeInterface(world, found))
  world.interfaces.touch(found)
  found.state = 'Deleting'
  return deleteAnswer(world, operation)
}

export const interfaceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/${type}`,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.interfaces.lines(`/subscriptions/${subscription(call).id}`)),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.interfaces.lines(groupOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
