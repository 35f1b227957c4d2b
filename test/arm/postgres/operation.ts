/**
 * Management operations of flexible servers: one at a time per server, told in the provider's own
 * format. Recorded by the Azure CLI (2023-11, 2026-04) and Azure Service Operator 2.9.
 */
import type { Answer, Failure } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { name, subscription } from '../call.ts'
import { durations } from '../duration.ts'
import type { Operation } from '../operation.ts'
import type { Server } from '../records.ts'
import { regions } from '../regions.ts'
import type { Route } from '../route.ts'
import type { World } from '../world.ts'

/** Wording: terraform-provider-azurerm#28298. The HTTP status is not recorded; a conflict it is. */
export const serverBusy = (server: Server): Refusal =>
  new Refusal(409, {
    code: 'ServerBusy',
    message: `Server '${server.name}' is busy with another operation. Please try again later.`,
  })

/** Recorded by the Azure CLI, 2026-04; the misspelling is Azure's. */
export const internalError = (world: World, of: string): Failure => ({
  code: 'InternalServerError',
  message: `An unexpected error occured while processing the request. Tracking ID: '${world.dice.guid(`tracking ${of}`)}'`,
})

export interface ManagementWrite {
  /** `UpsertServerManagementOperationV2` and the like. */
  readonly name: string
  readonly duration: keyof typeof durations
  readonly seconds: number
  /** Deletes name the region by its display name. */
  readonly displayPlace?: boolean
}

/** Starts an operation that holds the server until it ends; refuses when one holds it already. */
export function manage(
  call: Call,
  server: Server,
  write: ManagementWrite,
  finish: () => Failure | undefined | void,
): Operation {
  if (server.operation?.status === 'InProgress') throw serverBusy(server)
  const operation = call.world.operations.start(
    {
      format: 'postgres',
      subscriptionId: subscription(call).id,
      place: write.displayPlace ? (regions[server.location] ?? server.location) : server.location,
      name: write.name,
      retryAfter: durations[write.duration].retryAfter,
      seconds: write.seconds,
      apiVersion: call.apiVersion,
    },
    finish,
  )
  server.operation = operation
  return operation
}

/** 202 with both headers and the provider's two-member body. */
export const accepted = (world: World, operation: Operation): Answer => ({
  status: 202,
  headers: world.operations.headers(operation, { location: true }),
  body: { operation: operation.name, startTime: operation.startedAt },
})

const found = (call: Call): Operation => {
  const guid = name(call, 'operation')
  const operation = call.world.operations.find(guid, subscription(call).id)
  if (operation?.format === 'postgres') return operation
  throw new Refusal(404, {
    code: 'ResourceNotFound',
    message: `The requested operation '${guid}' was not found.`,
  })
}

const at = '/subscriptions/{subscription}/providers/Microsoft.DBforPostgreSQL/locations/{location}'
const poll = (path: string, handle: (call: Call) => Answer): Route => ({
  method: 'GET',
  path: `${at}/${path}/{operation}`,
  type: `Microsoft.DBforPostgreSQL/locations/${path}`,
  operation: 'poll',
  action: 'none',
  handle,
})

export const postgresOperationRoutes: readonly Route[] = [
  poll('azureAsyncOperation', (call) => call.world.operations.status(found(call))),
  poll('operationResults', (call) => call.world.operations.result(found(call))),
]
