/** Application security groups: names that endpoints carry. */
import type { Answer } from '../answer.ts'
import { anything, object, tracked } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import { lastName } from '../path.ts'
import type { SecurityGroup } from '../records.ts'
import { regionFor } from '../regions.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import { begin, deleteAnswer, etag, putAnswer, writeOf } from './write.ts'

const type = 'Microsoft.Network/applicationSecurityGroups'
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{name}`

export const renderSecurityGroup = (group: SecurityGroup): Body => ({
  name: lastName(group.id),
  id: group.id,
  etag: group.etag,
  type,
  location: group.location,
  ...(group.tags === undefined ? {} : { tags: group.tags }),
  properties: { provisioningState: group.state, resourceGuid: group.guid },
})

const securityGroupBody = object({
  ...tracked,
  properties: object({ resourceGuid: anything, provisioningState: anything }),
})

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

function put(call: Call): Answer {
  const { world } = call
  const id = idOf(call, 'write')
  const body = bodyOf(call, securityGroupBody)
  const location = regionFor(body.location, type)
  const existing = world.securityGroups.get(id)
  checkLocation(existing, location, groupOf(call, 'write'))
  const tags = checkTags(body.tags)
  const group: SecurityGroup = existing ?? {
    id,
    guid: world.dice.guid(`security group ${id}`),
    location,
    tags,
    etag: etag(world, id),
    state: 'Updating',
    operation: undefined,
  }
  const write = writeOf(
    'PutApplicationSecurityGroupOperation',
    location,
    durations.network,
    secondsOf(world, 'network', id),
  )
  const operation = begin(call, group, write, () => {
    world.securityGroups.touch(group)
    group.state = 'Succeeded'
    group.etag = etag(world, id)
  })
  if (existing === undefined) world.securityGroups.add(group)
  else world.securityGroups.touch(group)
  group.tags = tags
  group.state = 'Updating'
  return putAnswer(world, operation, existing === undefined, renderSecurityGroup(group))
}

function get(call: Call): Answer {
  const body = call.world.securityGroups.seen(idOf(call, 'read'))
  if (body === undefined)
    throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, headers: { etag: String(body['etag']) }, body }
}

function remove(call: Call): Answer {
  const { world } = call
  const group = world.securityGroups.get(idOf(call, 'write'))
  if (group === undefined) return { status: 204 }
  const seconds = secondsOf(world, 'network', group.id)
  const write = writeOf(
    'DeleteApplicationSecurityGroupOperation',
    group.location,
    durations.network,
    seconds,
  )
  const operation = begin(call, group, write, () => world.securityGroups.remove(group))
  world.securityGroups.touch(group)
  group.state = 'Deleting'
  return deleteAnswer(world, operation)
}

export const securityGroupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/${type}`,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.securityGroups.lines(`/subscriptions/${subscription(call).id}`)),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.securityGroups.lines(groupOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
