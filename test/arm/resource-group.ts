/** Resource groups: made and read at once, deleted slowly and with all that they hold. */
import type { Answer } from './answer.ts'
import { Refusal, gateway } from './answer.ts'
import { anything, object, text, textMap, tracked } from './body.ts'
import type { Call } from './call.ts'
import { bodyOf, name, subscription } from './call.ts'
import { empty, inside } from './demolition.ts'
import { checkTags, groupNotFound, groupOf } from './gateway.ts'
import { page } from './page.ts'
import type { Group } from './records.ts'
import { regionFor } from './regions.ts'
import type { Route } from './route.ts'
import type { Body, Line } from './store.ts'

const type = 'Microsoft.Resources/resourceGroups'
const one = '/subscriptions/{subscription}/resourceGroups/{group}'

export const renderGroup = (group: Group): Body => ({
  id: group.id,
  name: group.name,
  type,
  location: group.location,
  ...(group.managedBy === undefined ? {} : { managedBy: group.managedBy }),
  ...(group.tags === undefined ? {} : { tags: group.tags }),
  properties: { provisioningState: group.state },
})

const groupBody = object({
  ...tracked,
  managedBy: text,
  properties: object({ provisioningState: anything }),
})

function put(call: Call): Answer {
  const body = bodyOf(call, groupBody)
  const wanted = name(call, 'group')
  if (!/^[-\w._()]{0,89}[-\w_()]$/.test(wanted)) {
    throw new Refusal(
      400,
      {
        code: 'InvalidResourceGroup',
        message: `The provided resource group name '${wanted}' has these invalid characters or ends with '.'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`,
      },
      gateway,
    )
  }
  const location = regionFor(body.location, type)
  const { id: subscriptionId } = subscription(call)
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${wanted}`
  const existing = call.world.groups.get(id)
  if (existing === undefined) {
    const made: Group = {
      id,
      name: wanted,
      subscriptionId,
      location,
      tags: checkTags(body.tags),
      managedBy: body.managedBy,
      state: 'Succeeded',
    }
    return { status: 201, body: renderGroup(call.world.groups.add(made)) }
  }
  groupOf(call, 'write')
  if (existing.location !== location) {
    throw new Refusal(
      409,
      {
        code: 'InvalidResourceGroupLocation',
        message: `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location}'.`,
      },
      gateway,
    )
  }
  existing.tags = checkTags(body.tags)
  existing.managedBy = body.managedBy
  return { status: 200, body: renderGroup(existing) }
}

function patch(call: Call): Answer {
  const group = groupOf(call, 'write')
  const { tags } = bodyOf(
    call,
    object({ ...tracked, tags: textMap, managedBy: text, properties: anything }),
  )
  if (tags !== undefined) group.tags = checkTags(tags)
  return { status: 200, body: renderGroup(group) }
}

function remove(call: Call): Answer {
  const group = call.world.groups.get(
    `/subscriptions/${subscription(call).id}/resourceGroups/${name(call, 'group')}`,
  )
  if (group === undefined) throw groupNotFound(name(call, 'group'))
  const { world } = call
  group.state = 'Deleting'
  const operation = world.operations.start(
    {
      format: 'group',
      subscriptionId: group.subscriptionId,
      place: group.name,
      name: 'ResourceGroupDeletionJob',
      retryAfter: 15,
      // Recorded: four polls of 15 s for a group with one endpoint.
      seconds: 30 + Math.min(600, 5 * inside(world, group.id).length),
      apiVersion: call.apiVersion,
    },
    () => {
      const failure = empty(world, group.id)
      if (failure === undefined) world.groups.remove(group)
      else group.state = 'Succeeded'
      return failure
    },
  )
  return { status: 202, headers: world.operations.headers(operation, { location: true }) }
}

/** `tagName eq 'x' and tagValue eq 'y'`, the one filter that groups have. */
function filtered(call: Call, lines: readonly Line[]): readonly Line[] {
  const match = /^tagname eq '([^']*)'(?: and tagvalue eq '([^']*)')?$/i.exec(
    call.query.get('$filter') ?? '',
  )
  const [, tag, value] = match ?? []
  if (tag === undefined) return lines
  return lines.filter(({ body }) => {
    const tags = body()['tags'] as Readonly<Record<string, string>> | undefined
    return tags?.[tag] !== undefined && (value === undefined || tags[tag] === value)
  })
}

/** Only the groups that the caller may read, as ARM does for this list. */
function list(call: Call): Answer {
  const { world, caller } = call
  const scope = `/subscriptions/${subscription(call).id}`
  const action = 'Microsoft.Resources/subscriptions/resourceGroups/read'
  const lines = world.groups
    .lines(scope)
    .filter(({ body }) => world.roles.allows(caller.objectId, action, String(body()['id'])))
  return page(call, filtered(call, lines))
}

const operationResult = (call: Call): Answer => {
  const operation = call.world.operations.find(name(call, 'operation'), subscription(call).id)
  if (operation === undefined)
    throw new Refusal(404, { code: 'NotFound', message: 'The operation was not found.' })
  return call.world.operations.result(operation)
}

const action = (verb: 'read' | 'write' | 'delete') =>
  `Microsoft.Resources/subscriptions/resourceGroups/${verb}`

export const resourceGroupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups',
    type,
    operation: 'list',
    action: 'none',
    handle: list,
  },
  {
    method: 'GET',
    path: one,
    type,
    operation: 'get',
    action: action('read'),
    handle: (call) => ({ status: 200, body: renderGroup(groupOf(call, 'read')) }),
  },
  {
    method: 'HEAD',
    path: one,
    type,
    operation: 'get',
    action: action('read'),
    handle: (call) => (groupOf(call, 'read'), { status: 204 }),
  },
  { method: 'PUT', path: one, type, operation: 'put', action: action('write'), handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', action: action('write'), handle: patch },
  {
    method: 'DELETE',
    path: one,
    type,
    operation: 'delete',
    action: action('delete'),
    handle: remove,
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/operationresults/{operation}',
    type,
    operation: 'poll',
    action: 'none',
    handle: operationResult,
  },
]
