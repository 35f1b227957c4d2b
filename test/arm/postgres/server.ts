/** Flexible servers: made, changed, started, stopped, restarted, deleted. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { secondsOf } from '../duration.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { serverType as type } from '../network/target.ts'
import { page } from '../page.ts'
import type { Server, ServerState } from '../records.ts'
import { regionFor } from '../regions.ts'
import { disconnect, dropConnection } from '../relation.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'
import { failOver, setMode } from './high-availability.ts'
import { accepted, manage } from './operation.ts'
import { checkServerName, keptProperties, restartBody, serverBody } from './server-body.ts'
import type { ServerBody } from './server-body.ts'

const inSubscription = `/subscriptions/{subscription}/providers/${type}`
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
export const one = `${all}/{name}`

const idOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${type}/${name(call, 'name')}`

/** The server of the path, as it is. */
export function serverOf(call: Call, access: 'read' | 'write'): Server {
  const server = call.world.servers.get(idOf(call, access))
  if (server === undefined)
    throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, access).name)
  return server
}

function become(call: Call, server: Server, state: ServerState): void {
  call.world.servers.touch(server)
  server.state = state
}

function applyAvailability(call: Call, server: Server, body: ServerBody): void {
  const wanted = body.properties?.highAvailability
  if (wanted?.mode !== undefined)
    setMode(call.world, server, wanted.mode, wanted.standbyAvailabilityZone)
}

function put(call: Call): Answer {
  const id = idOf(call, 'write')
  const body = bodyOf(call, serverBody)
  const existing = call.world.servers.get(id)
  const location = regionFor(body.location ?? existing?.location, type)
  checkLocation(existing, location, groupOf(call, 'write'))
  return existing === undefined ? create(call, id, location, body) : update(call, existing, body)
}

function create(call: Call, id: string, location: string, body: ServerBody): Answer {
  const { world } = call
  checkServerName(name(call, 'name'))
  const server: Server = {
    id,
    name: name(call, 'name'),
    location,
    createdAt: world.clock.iso(),
    tags: checkTags(body.tags),
    sku: body.sku ?? { name: 'Standard_D2ds_v5', tier: 'GeneralPurpose' },
    properties: keptProperties(body.properties, {}),
    state: 'Provisioning',
    highAvailability: { mode: 'Disabled', state: 'NotEnabled', standbyZone: undefined },
    operation: undefined,
    connections: new Map(),
    endpoints: new Set(),
  }
  const seconds = secondsOf(world, 'serverCreate', id)
  const operation = manage(
    call,
    server,
    { name: 'UpsertServerManagementOperationV2', duration: 'serverCreate', seconds },
    () => {
      become(call, server, 'Ready')
      applyAvailability(call, server, body)
    },
  )
  world.servers.add(server)
  return accepted(world, operation)
}

function update(call: Call, server: Server, body: ServerBody): Answer {
  const { world } = call
  requireState(server, ['Ready', 'Stopped'], 'Update')
  const tags = body.tags === undefined ? server.tags : checkTags(body.tags)
  const properties = keptProperties(body.properties, server.properties)
  const before = server.state
  const seconds = secondsOf(world, 'serverUpdate', server.id)
  const operation = manage(
    call,
    server,
    { name: 'UpsertServerManagementOperationV2', duration: 'serverUpdate', seconds },
    () => {
      become(call, server, before)
      server.tags = tags
      server.properties = properties
      server.sku = body.sku ?? server.sku
      applyAvailability(call, server, body)
    },
  )
  become(call, server, 'Updating')
  return accepted(world, operation)
}

const patch = (call: Call): Answer =>
  update(call, serverOf(call, 'write'), bodyOf(call, serverBody))

/** Wording of terraform-provider-azurerm#29219, "Sever" included. */
function requireState(server: Server, states: readonly ServerState[], verb: string): void {
  if (server.operation?.status === 'InProgress' || states.includes(server.state)) return
  const wanted = states.includes('Stopped') && !states.includes('Ready') ? 'Stopped' : 'Started'
  throw new Refusal(400, {
    code: 'ServerIsNotReady',
    message: `${verb} Server can only be performed on ${wanted} servers. Sever Name = ${server.name}, Current Server State = ${server.state}`,
  })
}

function power(
  call: Call,
  verb: 'Start' | 'Stop' | 'Restart',
  during: ServerState,
  after: ServerState,
  duration: 'serverStart' | 'serverStop' | 'serverRestart',
): Answer {
  const { world } = call
  const server = serverOf(call, 'write')
  requireState(
    server,
    verb === 'Start' ? ['Stopped'] : ['Ready'],
    verb === 'Start' ? 'Start' : 'Restart or Stop',
  )
  const failover =
    verb === 'Restart' &&
    call.text.trim() !== '' &&
    bodyOf(call, restartBody).restartWithFailover === true
  const seconds = secondsOf(world, duration, server.id)
  const operation = manage(
    call,
    server,
    { name: `${verb}ServerManagementOperation`, duration, seconds },
    () => {
      become(call, server, after)
      if (failover && server.highAvailability.mode !== 'Disabled') failOver(world, server)
    },
  )
  become(call, server, during)
  return accepted(world, operation)
}

function get(call: Call): Answer {
  const body = call.world.servers.seen(idOf(call, 'read'))
  if (body === undefined)
    throw notFound(`${type}/${name(call, 'name')}`, groupOf(call, 'read').name)
  return { status: 200, body }
}

/** No endpoint that reached it recovers, not even when a server of that name comes back. */
export function removeServer(world: World, server: Server): void {
  for (const connection of [...server.connections.values()]) {
    dropConnection(world, connection)
    disconnect(world, connection.endpoint)
  }
  world.servers.remove(server)
}

function remove(call: Call): Answer {
  const { world } = call
  const server = world.servers.get(idOf(call, 'write'))
  if (server === undefined) return { status: 204 }
  const seconds = secondsOf(world, 'serverDelete', server.id)
  const write = {
    name: 'DropServerManagementOperation',
    duration: 'serverDelete',
    seconds,
    displayPlace: true,
  } as const
  const operation = manage(call, server, write, () => {
    removeServer(world, server)
  })
  become(call, server, 'Dropping')
  return accepted(world, operation)
}

const action = (verb: 'start' | 'stop' | 'restart', handle: (call: Call) => Answer): Route => ({
  method: 'POST',
  path: `${one}/${verb}`,
  type,
  operation: 'post',
  action: `${type}/${verb}/action`,
  handle,
})

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
    method: 'GET',
    path: `${one}/replicas`,
    type: `${type}/replicas`,
    operation: 'list',
    handle: (call) => (serverOf(call, 'read'), { status: 200, body: { value: [] } }),
  },
  action('start', (call) => power(call, 'Start', 'Starting', 'Ready', 'serverStart')),
  action('stop', (call) => power(call, 'Stop', 'Stopping', 'Stopped', 'serverStop')),
  action('restart', (call) => power(call, 'Restart', 'Restarting', 'Ready', 'serverRestart')),
]
