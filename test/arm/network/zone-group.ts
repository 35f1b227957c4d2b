/** DNS zone groups: one per endpoint; what they name is written into private DNS zones, whoever's they are. */
import type { Answer } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks } from '../call.ts'
import { removeRecords, writeRecords } from '../dns/private-link.ts'
import { durations, secondsOf } from '../duration.ts'
import { groupOf, notFound, parentNotFound } from '../gateway.ts'
import { page } from '../page.ts'
import { isOfType, sameId } from '../path.ts'
import type { PrivateEndpoint, ZoneConfig, ZoneGroup } from '../records.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'
import { removeZoneGroup } from './removal.ts'
import { networkNotFound } from './subnet.ts'
import {
  anotherOperation,
  begin,
  deleteAnswer,
  etag,
  invalidReference,
  networkRefusal,
  putAnswer,
  writeOf,
} from './write.ts'
import { renderZoneGroup, zoneGroupBody } from './zone-group-body.ts'

const type = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups'
const all =
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints/{endpoint}/privateDnsZoneGroups'
const one = `${all}/{name}`

function endpointOf(call: Call, access: 'read' | 'write'): PrivateEndpoint {
  const group = groupOf(call, access)
  const id = `${group.id}/providers/Microsoft.Network/privateEndpoints/${name(call, 'endpoint')}`
  const endpoint = call.world.endpoints.get(id)
  if (endpoint !== undefined) return endpoint
  if (access === 'write') throw parentNotFound('write', 'privateEndpoints/privateDnsZoneGroups', id)
  throw notFound(`Microsoft.Network/privateEndpoints/${name(call, 'endpoint')}`, group.name)
}

function put(call: Call): Answer {
  const { world } = call
  const endpoint = endpointOf(call, 'write')
  const id = `${endpoint.id}/privateDnsZoneGroups/${name(call, 'name')}`
  const configs = configsOf(call, id)
  requireLinks(
    call,
    `${type}/write`,
    id,
    configs.map(({ zoneId }) => ({
      action: 'Microsoft.Network/privateDnsZones/join/action',
      scope: zoneId,
    })),
  )
  if (endpoint.operation?.status === 'InProgress') throw anotherOperation(world, endpoint.operation)
  const existing = world.zoneGroups.get(id)
  checkGroup(world, endpoint, existing, id, configs)
  const group: ZoneGroup = existing ?? {
    id,
    endpoint,
    etag: etag(world, id),
    state: 'Updating',
    operation: undefined,
    configs,
    written: new Set(),
  }
  const seconds = secondsOf(world, 'zoneGroup', id)
  const write = writeOf(
    'PutPrivateDnsZoneGroupOperation',
    endpoint.location,
    durations.zoneGroup,
    seconds,
  )
  const operation = begin(call, group, write, () => finish(world, group))
  world.endpoints.touch(endpoint)
  if (existing === undefined) {
    endpoint.zoneGroup = world.zoneGroups.add(group)
  } else {
    world.zoneGroups.touch(group)
    const dropped = group.configs.filter(
      ({ zoneId }) => !configs.some((each) => sameId(each.zoneId, zoneId)),
    )
    removeRecords(world, group, dropped)
    group.configs = configs
  }
  group.state = 'Updating'
  return putAnswer(world, operation, existing === undefined, renderZoneGroup(group))
}

function configsOf(call: Call, id: string): readonly ZoneConfig[] {
  const given = bodyOf(call, zoneGroupBody).properties?.privateDnsZoneConfigs ?? []
  const configs = given.map((each, index) => ({
    name: required(each.name, `properties.privateDnsZoneConfigs[${index}].name`),
    zoneId: required(
      each.properties?.privateDnsZoneId,
      `properties.privateDnsZoneConfigs[${index}].properties.privateDnsZoneId`,
    ),
  }))
  const names = new Set(configs.map((each) => each.name.toLowerCase()))
  // Documented: at most five zones in a group. The codes are ours.
  if (configs.length > 5) {
    throw networkRefusal(400, {
      code: 'PrivateDnsZoneGroupHasTooManyConfigs',
      message: `Private DNS zone group ${id} has ${configs.length} configurations; the limit is 5.`,
    })
  }
  if (names.size < configs.length) {
    throw networkRefusal(400, {
      code: 'DuplicateResourceName',
      message: `Two private DNS zone configurations of ${id} have the same name.`,
    })
  }
  return configs
}

function checkGroup(
  world: World,
  endpoint: PrivateEndpoint,
  existing: ZoneGroup | undefined,
  id: string,
  configs: readonly ZoneConfig[],
): void {
  const { zoneGroup } = endpoint
  if (existing === undefined && zoneGroup !== undefined) {
    throw networkRefusal(400, {
      code: 'OnlyOnePrivateDnsZoneGroupPermitted',
      message: `Private endpoint ${endpoint.id} already has the private DNS zone group ${zoneGroup.id}. Only one is permitted.`,
    })
  }
  for (const { zoneId } of configs) {
    const zone = isOfType(zoneId, 'Microsoft.Network/privateDnsZones')
      ? world.zones.get(zoneId)
      : undefined
    // ARM knows a zone from the end of the operation that makes it.
    if (zone === undefined || zone.state === 'Creating') throw invalidReference(zoneId, id)
  }
  const changed = existing?.configs.find((old) =>
    configs.some((each) => sameId(each.name, old.name) && !sameId(each.zoneId, old.zoneId)),
  )
  if (changed !== undefined) {
    // Terraform: "an existing entry is updated, which is not allowed".
    throw networkRefusal(400, {
      code: 'PropertyChangeNotAllowed',
      message: `Changing property 'privateDnsZoneId' of private DNS zone configuration '${changed.name}' of ${id} is not allowed.`,
    })
  }
}

function finish(world: World, group: ZoneGroup): void {
  if (world.zoneGroups.get(group.id) !== group) return
  world.zoneGroups.touch(group)
  group.state = 'Succeeded'
  group.etag = etag(world, group.id)
  if (group.endpoint.connection.state.status === 'Approved') writeRecords(world, group)
}

function get(call: Call): Answer {
  const endpoint = endpointOf(call, 'read')
  const id = `${endpoint.id}/privateDnsZoneGroups/${name(call, 'name')}`
  const body = call.world.zoneGroups.seen(id)
  if (body === undefined) throw networkNotFound(id)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const owner = groupOf(call, 'write')
  const id = `${owner.id}/providers/Microsoft.Network/privateEndpoints/${name(call, 'endpoint')}/privateDnsZoneGroups/${name(call, 'name')}`
  const group = world.zoneGroups.get(id)
  if (group === undefined) return { status: 204 }
  const seconds = secondsOf(world, 'zoneGroup', id)
  const write = writeOf(
    'DeletePrivateDnsZoneGroupOperation',
    group.endpoint.location,
    durations.zoneGroup,
    seconds,
  )
  const operation = begin(call, group, write, () => {
    if (world.zoneGroups.get(id) === group) removeZoneGroup(world, group)
  })
  world.zoneGroups.touch(group)
  group.state = 'Deleting'
  return deleteAnswer(world, operation)
}

export const zoneGroupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.zoneGroups.lines(endpointOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
