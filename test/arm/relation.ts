/**
 * Both ends of a connection: the endpoint in Microsoft.Network, the connection on the flexible server.
 * Each end changes first where somebody acts; the other follows a moment later. The server's provider
 * does one thing at a time, and only on a server that is Ready.
 */
import type { Failure } from './answer.ts'
import { removeRecords, writeRecords } from './dns/private-link.ts'
import { delayOf } from './duration.ts'
import { serverType } from './network/target.ts'
import type { Operation } from './operation.ts'
import { lastName } from './path.ts'
import type { Connection, LinkState, PrivateEndpoint, Server } from './records.ts'
import { breakStandby, hold, isSettled, letGo } from './postgres/hold.ts'
import type { World } from './world.ts'

/** How Network tells what the server's provider answered; cognitive services and MySQL issues show the form. */
const relayed = (code: string, why: string): Failure => ({
  code,
  message: `Call to ${serverType} failed. Error message: ${why}`,
  details: [],
})

const busy = (server: Server): Failure =>
  relayed(
    'ServerIsBusy',
    `Server '${server.name}' is busy with another operation. Please try again later.`,
  )

/** Why the server's provider does not take a new connection now. */
function refusalOf(
  world: World,
  server: Server | undefined,
  { connection }: PrivateEndpoint,
): Failure | undefined {
  if (server === undefined) {
    const why = `The requested resource of type '${serverType}' with name '${lastName(connection.targetId)}' was not found.`
    return relayed('ResourceNotFound', why)
  }
  if (server.operation?.status === 'InProgress') return busy(server)
  if (server.state !== 'Ready') {
    const why = `Private endpoint connections can be changed on a server in state Ready only. Server Name = ${server.name}, Current Server State = ${server.state}`
    return relayed('ServerIsNotReady', why)
  }
  return isSettled(server) ? undefined : relayed('InternalServerError', breakStandby(world, server))
}

const fail = (
  world: World,
  endpoint: PrivateEndpoint,
  operation: Operation,
  failure: Failure | undefined,
): void => {
  world.operations.end(operation, failure)
  world.endpoints.touch(endpoint)
  endpoint.state = 'Failed'
}

/** The provider of a new endpoint calls the server's provider. */
export function connect(world: World, endpoint: PrivateEndpoint, operation: Operation): void {
  if (operation.status !== 'InProgress') return
  const server = world.servers.get(endpoint.connection.targetId)
  const failure = refusalOf(world, server, endpoint)
  if (failure !== undefined || server === undefined) {
    endpoint.connection.state = { status: 'Pending', description: '', actionsRequired: 'None' }
    return fail(world, endpoint, operation, failure)
  }
  hold(world, server, operation)
  endpoint.server = server
  server.endpoints.add(endpoint)
  const called = `${lastName(endpoint.id)}.${world.dice.guid(`connection ${endpoint.id}`)}`
  const made: Connection = {
    id: `${server.id}/privateEndpointConnections/${called}`,
    name: called,
    server,
    endpointId: endpoint.id,
    endpoint,
    groupIds: endpoint.connection.groupIds,
    // Recorded: a pending one has no description, an approved one says Auto-Approved.
    state: endpoint.connection.manual
      ? { status: 'Pending', actionsRequired: 'None' }
      : { status: 'Approved', description: 'Auto-Approved', actionsRequired: 'None' },
    provisioning: 'Creating',
  }
  world.servers.touch(server)
  server.connections.set(made.id.toLowerCase(), world.connections.add(made))
}

/** The end of the operation that created the endpoint. */
export function finishConnect(world: World, endpoint: PrivateEndpoint): void {
  world.endpoints.touch(endpoint)
  endpoint.state = 'Succeeded'
  endpoint.etag = `W/"${world.dice.guid(`etag ${endpoint.id}`)}"`
  endpoint.connection.state = endpoint.connection.manual
    ? { status: 'Pending', description: '', actionsRequired: '' }
    : { status: 'Approved', description: 'Auto-Approved', actionsRequired: 'None' }
  release(endpoint)
  const connection = connectionOf(endpoint)
  if (connection === undefined) return
  world.connections.touch(connection)
  connection.provisioning = 'Succeeded'
}

/** Lets the server go that the endpoint's own operation held. */
export function release(endpoint: PrivateEndpoint): void {
  if (endpoint.server !== undefined && endpoint.operation !== undefined)
    letGo(endpoint.server, endpoint.operation)
}

const connectionOf = (endpoint: PrivateEndpoint): Connection | undefined =>
  [...(endpoint.server?.connections.values() ?? [])].find((each) => each.endpoint === endpoint)

/** Before an endpoint goes, the server's provider is told; a server at work refuses, one at rest need not know. */
export function disconnectForDelete(
  world: World,
  endpoint: PrivateEndpoint,
  operation: Operation,
): void {
  const { server } = endpoint
  if (operation.status !== 'InProgress' || server === undefined) return
  switch (server.state) {
    case 'Ready':
      if (server.operation?.status === 'InProgress')
        return fail(world, endpoint, operation, busy(server))
      if (!isSettled(server)) {
        return fail(
          world,
          endpoint,
          operation,
          relayed('InternalServerError', breakStandby(world, server)),
        )
      }
      return hold(world, server, operation)
    case 'Stopped':
    case 'Disabled':
    case 'Inaccessible':
      return
    case 'Dropping':
    case 'Starting':
    case 'Stopping':
    case 'Updating':
    case 'Restarting':
    case 'Provisioning':
      return fail(world, endpoint, operation, busy(server))
  }
}

/** The server's side forgets an endpoint that is gone. */
export function forget(world: World, server: Server, endpoint: PrivateEndpoint): void {
  for (const connection of server.connections.values()) {
    if (connection.endpoint === endpoint) dropConnection(world, connection)
  }
}

export function dropConnection(world: World, connection: Connection): void {
  world.servers.touch(connection.server)
  connection.server.connections.delete(connection.id.toLowerCase())
  world.connections.remove(connection)
}

/** A decision on the server's side reaches the endpoint's, and its record. */
export function mirror(world: World, connection: Connection): void {
  const { endpoint, state } = connection
  world.clock.after(delayOf(world, 'mirror', endpoint.id), () =>
    tell(world, endpoint, { ...state, description: state.description ?? '' }),
  )
}

/** The connection is gone on the server's side, by its owner's will or with the server. */
export function disconnect(world: World, endpoint: PrivateEndpoint): void {
  const { server } = endpoint
  endpoint.server = undefined
  server?.endpoints.delete(endpoint)
  const { description = '' } = endpoint.connection.state
  world.clock.after(delayOf(world, 'mirror', endpoint.id), () =>
    tell(world, endpoint, { status: 'Disconnected', description, actionsRequired: 'None' }),
  )
}

function tell(world: World, endpoint: PrivateEndpoint, state: LinkState): void {
  if (world.endpoints.get(endpoint.id) !== endpoint) return
  world.endpoints.touch(endpoint)
  endpoint.connection.state = state
  endpoint.etag = `W/"${world.dice.guid(`etag ${endpoint.id}`)}"`
  const group = endpoint.zoneGroup
  if (group === undefined || group.state === 'Updating') return
  if (state.status === 'Approved') writeRecords(world, group)
  else removeRecords(world, group, group.configs)
}
