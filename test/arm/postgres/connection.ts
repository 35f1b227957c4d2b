/** Private endpoint connections on the server's side: seen, approved, rejected, deleted; and what a server offers. */
import type { Answer, Failure } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { bodyOf, name, requireLinks } from '../call.ts'
import { page } from '../page.ts'
import { sameId } from '../path.ts'
import type { Connection, LinkState, Server } from '../records.ts'
import { disconnect, dropConnection, mirror } from '../relation.ts'
import type { Route } from '../route.ts'
import { connectionBody } from './body.ts'
import { breakStandby, hold, isSettled, letGo } from './hold.ts'
import { accepted, begin, childNotFound, serverBusy, serverOf, serverType } from './operations.ts'
import { offer, offered, resources } from './private-link-resource.ts'

const server = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${serverType}/{server}`
const type = `${serverType}/privateEndpointConnections`

const idOf = (of: Server, call: Call): string =>
  `${of.id}/privateEndpointConnections/${name(call, 'name')}`

/** Only on a server that is Ready and idle; SEED1: any other state "would fail with an error". */
function checkServer(of: Server): void {
  if (of.operation?.status === 'InProgress') throw serverBusy(of)
  if (of.state === 'Ready') return
  throw new Refusal(409, {
    code: 'ServerIsNotReady',
    message: `Private endpoint connections can be changed on a server in state Ready only. Server Name = ${of.name}, Current Server State = ${of.state}`,
  })
}

function put(call: Call): Answer {
  const { world } = call
  const of = serverOf(call, 'write')
  const connection = of.connections.get(idOf(of, call).toLowerCase())
  if (connection === undefined) throw childNotFound(type, name(call, 'name'))
  const state = wantedState(call, connection)
  if (state.status === 'Approved') {
    const approval = {
      action: `${serverType}/privateEndpointConnectionsApproval/action`,
      scope: of.id,
    }
    requireLinks(call, `${type}/write`, connection.id, [approval])
  }
  checkServer(of)
  const illegal = connection.state.status === 'Rejected' && state.status === 'Approved'
  const operation = begin(
    call,
    of,
    {
      name: 'UpsertPrivateEndpointConnectionManagementOperation',
      takes: 'connectionWrite',
      // Recorded 2026-04: an approval of what was rejected fails within a second.
      ...(illegal ? { seconds: 1 } : {}),
    },
    () => finish(),
  )
  const standbyWasMade = !isSettled(of)
  hold(world, of, operation)
  world.connections.touch(connection)
  connection.provisioning = 'Updating'
  function finish(): Failure | undefined {
    letGo(of, operation)
    world.connections.touch(connection as Connection)
    if (connection === undefined || of.connections.get(connection.id.toLowerCase()) !== connection)
      return undefined
    connection.provisioning = 'Succeeded'
    if (standbyWasMade) return { code: 'InternalServerError', message: breakStandby(world, of) }
    if (illegal) return unexpected(world.dice.guid(`tracking ${of.id}`))
    connection.state = state
    mirror(world, connection)
    return undefined
  }
  return accepted(call, operation)
}

/** Recorded 2026-04, spelling included. */
const unexpected = (trackingId: string): Failure => ({
  code: 'InternalServerError',
  message: `An unexpected error occured while processing the request. Tracking ID: '${trackingId}'`,
})

function wantedState(call: Call, connection: Connection): LinkState {
  const { properties } = bodyOf(call, connectionBody)
  const given = properties?.privateLinkServiceConnectionState
  const status = (['Approved', 'Rejected'] as const).find((each) =>
    sameId(each, given?.status ?? ''),
  )
  const endpointId = properties?.privateEndpoint?.id
  if (endpointId !== undefined && !sameId(endpointId, connection.endpointId)) {
    throw new Refusal(400, {
      code: 'InvalidParameterValue',
      message: `The private endpoint of connection '${connection.name}' cannot be changed.`,
    })
  }
  if (status === undefined) {
    throw new Refusal(400, {
      code: 'InvalidParameterValue',
      message: `Invalid value given for parameter privateLinkServiceConnectionState.status. Specify a valid parameter value: Approved, Rejected.`,
    })
  }
  return {
    status,
    description: given?.description ?? '',
    actionsRequired: given?.actionsRequired ?? 'None',
  }
}

function remove(call: Call): Answer {
  const { world } = call
  const of = serverOf(call, 'write')
  const connection = of.connections.get(idOf(of, call).toLowerCase())
  if (connection === undefined) return { status: 204 }
  checkServer(of)
  const work = {
    name: 'DropPrivateEndpointConnectionManagementOperation',
    takes: 'connectionDelete',
  } as const
  const standbyWasMade = !isSettled(of)
  const operation = begin(call, of, work, () => {
    letGo(of, operation)
    if (of.connections.get(connection.id.toLowerCase()) !== connection) return undefined
    if (standbyWasMade) {
      connection.provisioning = 'Succeeded'
      return { code: 'InternalServerError', message: breakStandby(world, of) }
    }
    dropConnection(world, connection)
    disconnect(world, connection.endpoint)
    return undefined
  })
  hold(world, of, operation)
  world.connections.touch(connection)
  connection.provisioning = 'Deleting'
  return accepted(call, operation)
}

function get(call: Call): Answer {
  const body = call.world.connections.seen(idOf(serverOf(call, 'read'), call))
  if (body === undefined) throw childNotFound(type, name(call, 'name'))
  return { status: 200, body }
}

export const connectionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${server}/privateEndpointConnections`,
    type,
    operation: 'list',
    handle: (call) => page(call, call.world.connections.lines(serverOf(call, 'read').id)),
  },
  {
    method: 'GET',
    path: `${server}/privateEndpointConnections/{name}`,
    type,
    operation: 'get',
    handle: get,
  },
  {
    method: 'PUT',
    path: `${server}/privateEndpointConnections/{name}`,
    type,
    operation: 'put',
    handle: put,
  },
  {
    method: 'DELETE',
    path: `${server}/privateEndpointConnections/{name}`,
    type,
    operation: 'delete',
    handle: remove,
  },
  {
    method: 'GET',
    path: `${server}/privateLinkResources`,
    type: resources,
    operation: 'list',
    handle: (call) => ({ status: 200, body: { value: offered(serverOf(call, 'read')) } }),
  },
  {
    method: 'GET',
    path: `${server}/privateLinkResources/{name}`,
    type: resources,
    operation: 'get',
    handle: offer,
  },
]
