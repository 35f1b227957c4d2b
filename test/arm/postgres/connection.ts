/** Private endpoint connections on the server's side: read, approved, rejected, deleted. */
import type { Answer, Failure } from '../answer.ts'
import { Refusal } from '../answer.ts'
import { anything, child, list, object, oneOf, required, text } from '../body.ts'
import type { Call } from '../call.ts'
import { bodyOf, forbidden, name } from '../call.ts'
import { secondsOf } from '../duration.ts'
import { serverType } from '../network/target.ts'
import { page } from '../page.ts'
import { keyOf } from '../path.ts'
import type { Connection, LinkState, Server } from '../records.ts'
import { disconnect, dropConnection, mirror } from '../relation.ts'
import type { Route } from '../route.ts'
import { breakStandby, isSettled } from './hold.ts'
import { accepted, internalError, manage, serverBusy } from './operation.ts'
import { one as server, serverOf } from './server.ts'

const type = `${serverType}/privateEndpointConnections`
const all = `${server}/privateEndpointConnections`
const one = `${all}/{connection}`

const connectionBody = object({
  ...child,
  properties: object({
    privateEndpoint: object({ id: text }),
    groupIds: list(text),
    provisioningState: anything,
    privateLinkServiceConnectionState: object({
      status: oneOf('Pending', 'Approved', 'Rejected'),
      description: text,
      actionsRequired: text,
    }),
  }),
})

/** As the provider itself answers (recorded by Azure Service Operator 2.9 for another child type). */
const notFound = (wanted: string): Refusal =>
  new Refusal(404, {
    code: 'ResourceNotFound',
    message: `The requested resource of type '${type}' with name '${wanted}' was not found.`,
  })

const idOf = (of: Server, wanted: string): string =>
  keyOf(`${of.id}/privateEndpointConnections/${wanted}`)

function connectionOf(call: Call, of: Server): Connection {
  const wanted = name(call, 'connection')
  const found = of.connections.get(idOf(of, wanted))
  if (found === undefined) throw notFound(wanted)
  return found
}

function get(call: Call): Answer {
  const of = serverOf(call, 'read')
  const wanted = name(call, 'connection')
  const body = call.world.connections.seen(idOf(of, wanted))
  if (body === undefined) throw notFound(wanted)
  return { status: 200, body }
}

/**
 * Microsoft's pages: a server that is not available takes no change of its networking. The code for a
 * connection's write is not recorded; it is that of the provider's other operations.
 */
function requireReady(of: Server): void {
  if (of.operation?.status === 'InProgress') throw serverBusy(of)
  if (of.state === 'Ready') return
  throw new Refusal(400, {
    code: 'ServerIsNotReady',
    message: `Server '${of.name}' is in state '${of.state}'. The operation needs a server that is Ready.`,
  })
}

/** The troubleshooting page for pending connections: an approval asks for this action too. */
const approval = `${serverType}/privateEndpointConnectionsApproval/action`

function put(call: Call): Answer {
  const { world, caller } = call
  const of = serverOf(call, 'write')
  const connection = connectionOf(call, of)
  const wanted = required(
    bodyOf(call, connectionBody).properties?.privateLinkServiceConnectionState,
    'properties.privateLinkServiceConnectionState',
  )
  const status = required(wanted.status, 'properties.privateLinkServiceConnectionState.status')
  if (status === 'Approved' && !world.roles.allows(caller.objectId, approval, of.id)) {
    throw forbidden(caller, approval, of.id)
  }
  requireReady(of)
  const state: LinkState = {
    status,
    description: wanted.description ?? '',
    actionsRequired: 'None',
  }
  const legal = isLegal(connection, state)
  const seconds = legal ? secondsOf(world, 'connectionWrite', connection.id) : 1
  const write = {
    name: 'UpsertPrivateEndpointConnectionManagementOperation',
    duration: 'connectionWrite',
    seconds,
  } as const
  const broken = isSettled(of) ? undefined : breakStandby(world, of)
  const operation = manage(call, of, write, () => {
    touch(call, connection)
    of.state = 'Ready'
    connection.provisioning = 'Succeeded'
    if (broken !== undefined) return { code: 'InternalServerError', message: broken }
    return legal ? decide(call, connection, state) : internalError(world, connection.id)
  })
  touch(call, connection)
  of.state = 'Updating'
  connection.provisioning = 'Updating'
  return accepted(world, operation)
}

/** Recorded 2026-04: what was rejected cannot be approved. Nothing goes back to Pending. */
function isLegal(connection: Connection, { status }: LinkState): boolean {
  switch (status) {
    case 'Approved':
      return connection.state.status !== 'Rejected'
    case 'Rejected':
      return true
    default:
      return false
  }
}

function decide(call: Call, connection: Connection, state: LinkState): Failure | undefined {
  const { world } = call
  // The endpoint may have gone meanwhile, and its connection with it.
  if (world.connections.get(connection.id) !== connection)
    return internalError(world, connection.id)
  connection.state = state
  mirror(world, connection)
  return undefined
}

function touch({ world }: Call, connection: Connection): void {
  world.servers.touch(connection.server)
  world.connections.touch(connection)
}

function remove(call: Call): Answer {
  const { world } = call
  const of = serverOf(call, 'write')
  const connection = of.connections.get(idOf(of, name(call, 'connection')))
  if (connection === undefined) return { status: 204 }
  requireReady(of)
  const seconds = secondsOf(world, 'connectionDelete', connection.id)
  const write = {
    name: 'DropPrivateEndpointConnectionManagementOperation',
    duration: 'connectionDelete',
    seconds,
    displayPlace: true,
  } as const
  const operation = manage(call, of, write, () => {
    of.state = 'Ready'
    if (world.connections.get(connection.id) !== connection) return
    dropConnection(world, connection)
    disconnect(world, connection.endpoint)
  })
  touch(call, connection)
  of.state = 'Updating'
  connection.provisioning = 'Deleting'
  return accepted(world, operation)
}

export const connectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: all,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.connections.lines(serverOf(call, 'read').id)),
  },
  { method: 'GET', path: one, type, operation: 'get', handle: get },
  { method: 'PUT', path: one, type, operation: 'put', handle: put },
  { method: 'DELETE', path: one, type, operation: 'delete', handle: remove },
]
