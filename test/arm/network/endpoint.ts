/**
 * Private endpoints: created by a PUT that is answered at once and works for most of a minute, changed in
 * tags and security groups only, and deleted with their interface, zone group and record.
 */
import type { Answer } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks, subscription } from '../call.ts'
import { delayOf, durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { PrivateEndpoint, Tags } from '../records.ts'
import { regionFor } from '../regions.ts'
import { connect, disconnectForDelete, finishConnect } from '../relation.ts'
import type { Route } from '../route.ts'
import type { EndpointBody } from './endpoint-body.ts'
import { endpointBody, renderEndpoint } from './endpoint-body.ts'
import {
  checkPlace,
  checkSecurityGroups,
  checkSubnetIdle,
  checkTarget,
  checkUnchanged,
  subnetOf,
} from './endpoint-check.ts'
import { addInterface } from './interface.ts'
import { removeEndpoint } from './removal.ts'
import { anotherOperation, begin, deleteAnswer, etag, putAnswer, writeOf } from './write.ts'
import type { Wanted } from './endpoint-request.ts'
import { linksOf, wantedOf } from './endpoint-request.ts'
import {
  atFirst,
  checkName,
  checkNameFree,
  extrasOf,
  makeEndpoint,
  stillThere,
} from './endpoint-make.ts'

const type = 'Microsoft.Network/privateEndpoints'
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

function put(call: Call): Answer {
  const { world } = call
  const id = idOf(call, 'write')
  const body = bodyOf(call, endpointBody)
  const location = regionFor(body.location, type)
  const existing = world.endpoints.get(id)
  checkLocation(existing, location, groupOf(call, 'write'))
  const tags = checkTags(body.tags)
  const wanted = wantedOf(id, location, body)
  requireLinks(call, `${type}/write`, id, linksOf(wanted))
  if (existing !== undefined) return update(call, existing, wanted, tags, body)
  checkName(name(call, 'name'))
  checkNameFree(world, id)
  const subnet = subnetOf(world, wanted)
  checkSecurityGroups(world, wanted)
  checkPlace(wanted, subnet)
  checkSubnetIdle(world, subnet, id, (operation) => anotherOperation(world, operation))
  checkTarget(world, wanted)
  const endpoint = makeEndpoint(world, wanted, subnet, tags, extrasOf(body))
  const operation = start(call, endpoint, 'PutPrivateEndpointOperation')
  addInterface(world, endpoint.interface)
  world.endpoints.add(endpoint)
  subnet.endpoints.add(endpoint)
  const until = world.clock.now() + delayOf(world, 'subnetLock', id) * 1000
  subnet.busy = { until, operation }
  return putAnswer(world, operation, true, renderEndpoint(endpoint))
}

/** Starts the work of a PUT that has to reach the server. */
function start(call: Call, endpoint: PrivateEndpoint, called: string) {
  const { world } = call
  const seconds = secondsOf(world, 'endpointCreate', endpoint.id)
  const write = writeOf(called, endpoint.location, durations.endpointCreate, seconds)
  const operation = begin(call, endpoint, write, () => finishConnect(world, endpoint))
  world.clock.after(delayOf(world, 'serverCall', endpoint.id), () =>
    connect(world, endpoint, operation),
  )
  return operation
}

function update(
  call: Call,
  endpoint: PrivateEndpoint,
  wanted: Wanted,
  tags: Tags | undefined,
  body: EndpointBody,
): Answer {
  const { world } = call
  if (endpoint.state === 'Deleting') {
    throw stillThere(endpoint.id)
  }
  subnetOf(world, { ...wanted, subnetId: endpoint.subnet.id })
  checkUnchanged(endpoint, wanted)
  checkSecurityGroups(world, wanted)
  // One that never reached its server tries again; otherwise the server is left alone.
  const again = endpoint.server === undefined
  if (again) checkTarget(world, wanted)
  const seconds = secondsOf(world, 'endpointUpdate', endpoint.id)
  const write = writeOf(
    'PutPrivateEndpointOperation',
    endpoint.location,
    durations.endpointUpdate,
    seconds,
  )
  const operation = again
    ? start(call, endpoint, 'PutPrivateEndpointOperation')
    : begin(call, endpoint, write, () => {
        endpoint.state = 'Succeeded'
      })
  world.endpoints.touch(endpoint)
  if (again) {
    endpoint.state = 'Updating'
    endpoint.connection.state = atFirst(endpoint.connection.manual)
  }
  endpoint.tags = tags
  endpoint.securityGroupIds = wanted.securityGroupIds
  endpoint.extras = extrasOf(body)
  endpoint.etag = etag(world, endpoint.id)
  return putAnswer(world, operation, false, renderEndpoint(endpoint))
}

function get(call: Call): Answer {
  const body = call.world.endpoints.seen(idOf(call, 'read'))
  if (body === undefined)
    throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const endpoint = world.endpoints.get(idOf(call, 'write'))
  if (endpoint === undefined) return { status: 204 }
  const seconds = secondsOf(world, 'endpointDelete', endpoint.id)
  const write = writeOf(
    'DeletePrivateEndpointOperation',
    endpoint.location,
    durations.endpointDelete,
    seconds,
  )
  checkSubnetIdle(world, endpoint.subnet, endpoint.id, (operation) =>
    anotherOperation(world, operation),
  )
  const operation = begin(call, endpoint, write, () => removeEndpoint(world, endpoint))
  world.endpoints.touch(endpoint)
  endpoint.state = 'Deleting'
  const until = world.clock.now() + delayOf(world, 'subnetLock', endpoint.id) * 1000
  endpoint.subnet.busy = { until, operation }
  world.clock.after(delayOf(world, 'serverCall', endpoint.id), () =>
    disconnectForDelete(world, endpoint, operation),
  )
  return deleteAnswer(world, operation)
}

export const endpointRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/${type}`,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.endpoints.lines(`/subscriptions/${subscription(call).id}`)),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.endpoints.lines(groupOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
