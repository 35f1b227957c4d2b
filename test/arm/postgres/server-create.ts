/** New flexible servers: what a body must hold, and the record that it becomes. */
import type { Answer } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { required } from '../body.ts'
import type { Call } from '../call.ts'
import { name } from '../call.ts'
import { checkTags } from '../gateway.ts'
import type { Group, Server } from '../records.ts'
import type { Body } from '../store.ts'
import type { World } from '../world.ts'
import type { ServerBody } from './body.ts'
import { enable } from './high-availability.ts'
import { settle } from './hold.ts'
import { accepted, begin, serverType as type, upsert } from './operations.ts'

const refused = (code: string, message: string, status = 400) =>
  new Refusal(status, { code, message })

export function create(call: Call, group: Group, location: string, body: ServerBody): Answer {
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
    if (mode !== 'Disabled')
      enable(world, server, mode, given.highAvailability?.standbyAvailabilityZone)
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
      if (server.name === called)
        throw refused('ServerNameAlreadyExists', `The server name '${called}' already exists.`, 409)
    }
  }
  const mode = given.createMode ?? 'Default'
  const fresh = mode === 'Default' || mode === 'Create'
  if (
    fresh &&
    given.administratorLogin === undefined &&
    given.authConfig?.passwordAuth !== 'Disabled'
  ) {
    throw refused(
      'MissingRequiredParameter',
      "The required parameter 'administratorLogin' is missing.",
    )
  }
  if (
    given.network?.delegatedSubnetResourceId !== undefined &&
    given.network.publicNetworkAccess === 'Enabled'
  ) {
    throw refused(
      'ConflictingPublicNetworkAccessAndVirtualNetworkConfiguration',
      'Conflicting configuration is detected between Public Network Access and Virtual Network arguments. Public Network Access is not supported along with Virtual Network feature.',
    )
  }
  const subnetId = given.network?.delegatedSubnetResourceId
  const subnet = subnetId === undefined ? undefined : world.subnets.get(subnetId)
  if (subnetId !== undefined && !subnet?.delegations.includes(type)) {
    throw refused(
      'InvalidParameterValue',
      `The subnet '${subnetId}' does not exist or is not delegated to ${type}.`,
    )
  }
}

/** What of the body is answered later: no secrets, nothing that has a state of its own. */
export function kept(given: NonNullable<ServerBody['properties']>): Body {
  const {
    version,
    administratorLogin,
    storage,
    authConfig,
    backup,
    network,
    maintenanceWindow,
    availabilityZone,
  } = given
  const members = {
    version,
    administratorLogin,
    storage,
    authConfig,
    backup,
    network,
    maintenanceWindow,
    availabilityZone,
  }
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
