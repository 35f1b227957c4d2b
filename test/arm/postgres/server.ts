/** Flexible servers: made, changed, deleted, started, stopped, restarted; one operation at a time. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { invalidContent, required } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, subscription } from '../call.ts'
import { checkLocation, checkTags, groupOf, notFound } from '../gateway.ts'
import { page } from '../page.ts'
import type { Group, Server, ServerState } from '../records.ts'
import { regionFor } from '../regions.ts'
import { disconnect, dropConnection } from '../relation.ts'
import type { Route } from '../route.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import type { ServerBody } from './body.ts'
import { restartBody, serverBody } from './body.ts'
import { change, enable, failOver } from './high-availability.ts'
import type { Work } from './operations.ts'
import { accepted, begin, serverIdOf, serverOf, serverType as type } from './operations.ts'

const inSubscription = `/subscriptions/{subscription}/providers/${type}`
const all = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${type}`
const one = `${all}/{server}`

const upsert: Work = { name: 'UpsertServerManagementOperationV2', takes: 'serverCreate' }
const refused = (code: string, message: string, status = 400) => new Refusal(status, { code, message })

function put(call: Call): Answer {
  const group = groupOf(call, 'write')
  const body = bodyOf(call, serverBody)
  const location = regionFor(body.location, type)
  const existing = call.world.servers.get(serverIdOf(call, 'write'))
  checkLocation(existing, location, group)
  return existing === undefined ? create(call, group, location, body) : update(call, existing, body)
}

function create(call: Call, group: Group, location: string, body: ServerBody): Answer {
  const { world } = call
  const called = name(call, 'server')
  const given = body.properties ?? {}
  checkCreate(world, called, body)
  const mode = given.highAvailability?.mode ?? 'Disabled'
  const server: Server = {
    id: `${group.id}/providers/${type}/${called}`,
    name: called,
    location,
    createdAt: world.clock.iso(),
    tags: checkTags(body.tags),
    sku: { name: required(body.sku?.name, 'sku.name'), tier: required(body.sku?.tier, 'sku.tier') },
    properties: kept(given),
    state: 'Provisioning',
    highAvailability: { mode: 'Disabled', state: 'NotEnabled', standbyZone: undefined },
    operation: undefined,
    connections: new Map(),
    endpoints: new Set(),
  }
  const operation = begin(call, server, upsert, () => {
    settle(world, server, 'Ready')
    if (mode !== 'Disabled') enable(world, server, mode, given.highAvailability?.standbyAvailabilityZone)
  })
  server.operation = operation
  world.servers.add(server)
  return accepted(call, operation)
}

function checkCreate(world: World, called: string, { properties: given = {} }: ServerBody): void {
  if (!/^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/.test(called)) {
    throw refused(
      'InvalidParameterValue',
      `Invalid value given for parameter serverName. Specify a valid parameter value: 3 to 63 lower-case letters, digits and hyphens ('${called}').`,
    )
  }
  for (const { id } of world.directory.subscriptions.values()) {
    for (const server of world.servers.in(`/subscriptions/${id}`)) {
      if (server.name === called) throw refused('ServerNameAlreadyExists', `The server name '${called}' already exists.`, 409)
    }
  }
  const mode = given.createMode ?? 'Default'
  const fresh = mode === 'Default' || mode === 'Create'
  if (fresh && given.administratorLogin === undefined && given.authConfig?.passwordAuth !== 'Disabled') {
    throw refused('MissingRequiredParameter', "The required parameter 'administratorLogin' is missing.")
  }
  if (given.network?.delegatedSubnetResourceId !== undefined && given.network.publicNetworkAccess === 'Enabled') {
    throw refused(
      'ConflictingPublicNetworkAccessAndVirtualNetworkConfiguration',
      'Conflicting configuration is detected between Public Network Access and Virtual Network arguments. Public Network Access is not supported along with Virtual Network feature.',
    )
  }
  const subnetId = given.network?.delegatedSubnetResourceId
  const subnet = subnetId === undefined ? undefined : world.subnets.get(subnetId)
  if (subnetId !== undefined && !subnet?.delegations.includes(type)) {
    throw refused('InvalidParameterValue', `The subnet '${subnetId}' does not exist or is not delegated to ${type}.`)
  }
}

/** What of the body is answered later: no secrets, nothing that has a state of its own. */
function kept(given: NonNullable<ServerBody['properties']>): Body {
  const { version, administratorLogin, storage, authConfig, backup, network, maintenanceWindow, availabilityZone } = given
  const members = { version, administratorLogin, storage, authConfig, backup, network, maintenanceWindow, availabilityZone }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}

function settle(world: World, server: Server, state: ServerState): void {
  world.servers.touch(server)
  server.state = state
  server.operation = undefined
}

const patch = (call: Call): Answer => update(call, serverOf(call, 'write'), bodyOf(call, serverBody))

/** PUT of an existing server and PATCH: what is given is changed, the rest stays. */
function update(call: Call, server: Server, body: ServerBody): Answer {
  const { world } = call
  const given = body.properties ?? {}
  if (server.state !== 'Ready') {
    throw server.operation?.status === 'InProgress'
      ? refused('ServerBusy', `Server '${server.name}' is busy with another operation. Please try again later.`, 409)
      : refused('ServerIsNotReady', `The server must be in state Ready to be changed. Server Name = ${server.name}, Current Server State = ${server.state}`, 409)
  }
  const tags = checkTags(body.tags)
  const asked = kept(given)
  const login = given.administratorLogin
  if (login !== undefined && login !== server.properties['administratorLogin']) {
    throw invalidContent("The administrator login of a server cannot be changed. Path 'properties.administratorLogin'")
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

/** Start, stop and restart: the state on the way, and at the end. */
const turns = {
  start: { from: 'Stopped', through: 'Starting', to: 'Ready', name: 'StartServerManagementOperation', takes: 'serverStart' },
  stop: { from: 'Ready', through: 'Stopping', to: 'Stopped', name: 'StopServerManagementOperation', takes: 'serverStop' },
  restart: { from: 'Ready', through: 'Restarting', to: 'Ready', name: 'RestartServerManagementOperation', takes: 'serverRestart' },
} as const

function turn(call: Call, which: keyof typeof turns): Answer {
  const { world } = call
  const server = serverOf(call, 'write')
  const { from, through, to, ...work } = turns[which]
  const failover = which === 'restart' && call.text.trim() !== '' && bodyOf(call, restartBody).restartWithFailover === true
  if (server.state !== from) {
    // Recorded in terraform-provider-azurerm#29219, spelling included; told by the operation.
    const what = which === 'start' ? 'Start Server can only be performed on Stopped servers.' : 'Restart or Stop Server can only be performed on Started servers.'
    const state = server.state
    const operation = begin(call, server, { ...work, seconds: 1 }, () => ({
      code: 'ServerIsNotReady',
      message: `${what} Sever Name = ${server.name}, Current Server State = ${state}`,
    }))
    return accepted(call, operation)
  }
  const operation = begin(call, server, work, () => settle(world, server, to))
  world.servers.touch(server)
  server.operation = operation
  server.state = through
  if (failover && server.highAvailability.state === 'Healthy') failOver(world, server)
  return accepted(call, operation)
}

function get(call: Call): Answer {
  const body = call.world.servers.seen(serverIdOf(call, 'read'))
  if (body === undefined) throw notFound(`${type}/${name(call, 'server')}`, groupOf(call, 'read').name)
  return { status: 200, body }
}

export const serverRoutes: readonly Route[] = [
  { method: 'GET', path: inSubscription, type, operation: 'list', handle: (call) => page(call, call.world.servers.lines(`/subscriptions/${subscription(call).id}`)) },
  { method: 'GET', path: all, type, operation: 'list', handle: (call) => page(call, call.world.servers.lines(groupOf(call, 'read').id)) },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'PATCH', path: one, type, operation: 'patch', handle: patch },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
  { method: 'POST', path: `${one}/start`, type, operation: 'post', handle: (call) => turn(call, 'start') },
  { method: 'POST', path: `${one}/stop`, type, operation: 'post', handle: (call) => turn(call, 'stop') },
  { method: 'POST', path: `${one}/restart`, type, operation: 'post', handle: (call) => turn(call, 'restart') },
]
