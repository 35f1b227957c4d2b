/** What all writes of the PostgreSQL provider share: 202 with both URLs, one operation per server, its refusals. */
import type { Answer, Failure } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name, subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { groupOf, notFound } from '../gateway.ts'
import type { Operation } from '../operation.ts'
import type { Server } from '../records.ts'
import { regions } from '../regions.ts'
import type { Route } from '../route.ts'

export const serverType = 'Microsoft.DBforPostgreSQL/flexibleServers'

export const serverIdOf = (call: Call, access: 'read' | 'write'): string =>
  `${groupOf(call, access).id}/providers/${serverType}/${name(call, 'server')}`

export function serverOf(call: Call, access: 'read' | 'write'): Server {
  const server = call.world.servers.get(serverIdOf(call, access))
  if (server === undefined)
    throw notFound(`${serverType}/${name(call, 'server')}`, groupOf(call, 'read').name)
  return server
}

/** Recorded: not the gateway but the provider does not find a child. */
export const childNotFound = (type: string, called: string): Refusal =>
  new Refusal(404, {
    code: 'ResourceNotFound',
    message: `The requested resource of type '${type}' with name '${called}' was not found.`,
  })

/** bicep-registry-modules#4451, terraform-provider-azurerm#28298. */
export const serverBusy = (server: Server): Refusal =>
  new Refusal(409, {
    code: 'ServerBusy',
    message: `Server '${server.name}' is busy with another operation. Please try again later.`,
  })

export interface Work {
  /** As Azure names it in the answer, e.g. `DropServerManagementOperation`. */
  readonly name: string
  readonly takes: keyof typeof durations
  /** Instead of what `takes` says. */
  readonly seconds?: number
}

/** A PUT or a PATCH of a server. */
export const upsert: Work = { name: 'UpsertServerManagementOperationV2', takes: 'serverCreate' }

/** Starts an operation on a server that has none. */
export function begin(
  call: Call,
  server: Server,
  work: Work,
  finish: () => Failure | undefined | void,
): Operation {
  const { world } = call
  if (server.operation?.status === 'InProgress') throw serverBusy(server)
  return world.operations.start(
    {
      format: 'postgres',
      subscriptionId: subscription(call).id,
      // Recorded: deletes put the display name into the URL, all else the short one.
      place:
        work.name === 'DropServerManagementOperation'
          ? (regions[server.location] ?? server.location)
          : server.location,
      name: work.name,
      retryAfter: durations[work.takes].retryAfter,
      seconds: work.seconds ?? secondsOf(world, work.takes, server.id),
      apiVersion: call.apiVersion,
    },
    finish,
  )
}

/** 202; start, stop and restart have no body. */
export const accepted = (call: Call, operation: Operation): Answer => ({
  status: 202,
  headers: call.world.operations.headers(operation, { location: true }),
  ...(call.method === 'POST'
    ? {}
    : { body: { operation: operation.name, startTime: operation.startedAt } }),
})

const found = (call: Call): Operation => {
  const guid = name(call, 'operation')
  const operation = call.world.operations.find(guid, subscription(call).id)
  if (operation?.format === 'postgres') return operation
  throw new Refusal(404, {
    code: 'OperationNotFound',
    message: `The operation '${guid}' was not found.`,
  })
}

const at = '/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL/locations/{location}'
const poll = (path: string, handle: (call: Call) => Answer): Route => ({
  method: 'GET',
  path: `${at}/${path}/{operation}`,
  type: `Microsoft.DBforPostgreSQL/locations/${path}`,
  operation: 'poll',
  // The URLs are signed.
  action: 'none',
  handle,
})

export const postgresOperationRoutes: readonly Route[] = [
  poll('azureAsyncOperation', (call) => call.world.operations.status(found(call))),
  poll('operationResults', (call) => call.world.operations.result(found(call))),
]
