/** Flexible servers: made, changed, deleted, started, stopped, restarted; one operation at a time. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { invalidContent } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { Server } from '../records.ts'
import { regionFor } from '../regions.ts'
import { disconnect, dropConnection } from '../relation.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import type { ServerBody } from './body.ts'
import { serverBody } from './body.ts'
import { change } from './high-availability.ts'
import type { Work } from './operations.ts'
import { accepted, begin, upsert, serverIdOf, serverOf, serverType as type } from './operations.ts'
import { settle } from './hold.ts'
import { create, kept } from './server-create.ts'
import { turn } from './server-turn.ts'

const inSubscription = `/subscriptions/{subscription}/providers/${type}`
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{server}`

const refused = (code: string, message: string, status = 400) =>
  new Refusal(status, { code, message })

function put(call: Call): Answer {
  const group = groupOf(call, 'write')
  const body = bodyOf(call, serverBody)
  const location = regionFor(body.location, type)
  const existing = call.world.servers.get(serverIdOf(call, 'write'))
  checkLocation(existing, location, group)
  return existing === undefined ? create(call, group, location, body) : update(call, existing, body)
}

const patch = (call: Call): Answer =>
  update(call, serverOf(call, 'write'), bodyOf(call, serverBody))

/** PUT of an existing server and PATCH: what is given is changed, the rest stays. */
function update(call: Call, server: Server, body: ServerBody): Answer {
  const { world } = call
  const given = body.properties ?? {}
  if (server.state !== 'Ready') {
    throw server.operation?.status === 'InProgress'
      ? refused(
          'ServerBusy',
          `Server '${server.name}' is busy with another operation. Please try again later.`,
          409,
        )
      : refused(
          'ServerIsNotReady',
          `The server must be in state Ready to be changed. Server Name = ${server.name}, Current Server State = ${server.state}`,
          409,
        )
  }
  const tags = checkTags(body.tags)
  const asked = kept(given)
  const login = given.administratorLogin
  if (login !== undefined && login !== server.properties['administratorLogin']) {
    throw invalidContent(
      "The administrator login of a server cannot be changed. Path 'properties.administratorLogin'",
    )
  }
  const operation = begin(call, server, { ...upsert, takes: 'serverUpdate' }, () => {
    settle(world, server, 'Ready')
    const { mode, standbyAvailabilityZone } = given.highAvailability ?? {}
    change(world, server, mode, standbyAvailabilityZone)
  })
  world.servers.touch(server)
  server.operation = operation
  server.state = 'Updating'
  if (tags !== undefined) server.tags = tags
  if (body.sku !== undefined) server.sku = { ...server.sku, ...body.sku }
  server.properties = merged(server.properties, asked)
  return accepted(call, operation)
}

const merged = (old: Body, asked: Body): Body =>
  Object.fromEntries(
    Object.entries({ ...old, ...asked }).map(([member, value]) => {
      const before = old[member]
      const both = typeof before === 'object' && typeof value === 'object'
      return [member, both ? { ...before, ...value } : value]
    }),
  )

function remove(call: Call): Answer {
  const { world } = call
  const server = world.servers.get(serverIdOf(call, 'write'))
  if (server === undefined) return { status: 204 }
  const work: Work = { name: 'DropServerManagementOperation', takes: 'serverDelete' }
  const operation = begin(call, server, work, () => removeServer(world, server))
  world.servers.touch(server)
  server.operation = operation
  server.state = 'Dropping'
  return accepted(call, operation)
}

/** Its endpoints stay, Disconnected for good. */
export function removeServer(world: World, server: Server): void {
  for (const connection of [...server.connections.values()]) dropConnection(world, connection)
  for (const endpoint of [...server.endpoints]) disconnect(world, endpoint)
  world.servers.remove(server)
}

function get(call: Call): Answer {
  const body = call.world.servers.seen(serverIdOf(call, 'read'))
  if (body === undefined)
    throw notFound(`${type}/${name(call, 'server')}`, groupOf(call, 'read').name)
  return { status: 200, body }
}

export const serverRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: inSubscription,
    type,
    operation: 'list',
    handle: (call) =>
      page(call, call.world.servers.lines(`/subscriptions/${subscription(call).id}`)),
  },
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.servers.lines(groupOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
  {
    method: 'POST',
    path: `${one}/start`,
    type,
    operation: 'post',
    handle: (call) => turn(call, 'start'),
  },
  {
    method: 'POST',
    path: `${one}/stop`,
    type,
    operation: 'post',
    handle: (call) => turn(call, 'stop'),
  },
  {
    method: 'POST',
    path: `${one}/restart`,
    type,
    operation: 'post',
    handle: (call) => turn(call, 'restart'),
  },
]
