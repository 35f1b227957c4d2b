/** What all writes of Microsoft.Network share: one at a time per resource, async headers, its error words. */
import type { Answer, Failure } from '../answer.ts'
import { Refusal } from '../answer.ts'
import type { Call } from '../call.ts'
import { subscription } from '../call.ts'
import type { Duration } from '../duration.ts'
import type { Operation } from '../operation.ts'
import type { ProvisioningState } from '../records.ts'
import type { World } from '../world.ts'

export const etag = (world: World, id: string): string =>
  `W/"${world.dice.guid(`etag ${id.toLowerCase()}`)}"`

/** Network's refusals carry `details`, even if there are none. */
export const networkRefusal = (status: number, failure: Failure): Refusal =>
  new Refusal(status, { ...failure, details: failure.details ?? [] })

/** Recorded by Azure Service Operator 2.9. */
export const anotherOperation = (world: World, operation: Operation): Refusal => {
  const [uri] = world.operations.statusUrl(operation).split('&')
  return networkRefusal(409, {
    code: 'AnotherOperationInProgress',
    message: `Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri: ${uri}.`,
  })
}

/** Recorded by Azure Service Operator 2.9: the resource needs another that is being written. */
export const notProvisioned = (
  resourceId: string,
  userId: string,
  lastOperation: string,
): Refusal =>
  networkRefusal(429, {
    code: 'RetryableError',
    message: 'A retryable error occurred.',
    details: [
      {
        code: 'ReferencedResourceNotProvisioned',
        message:
          `Cannot proceed with operation because resource ${resourceId} used by resource ${userId} is not in Succeeded state. ` +
          `Resource is in Updating state and the last operation that updated/is updating the resource is ${lastOperation}.`,
      },
    ],
  })

/** SEED0 and Azure Service Operator 2.9. */
export const invalidReference = (resourceId: string, userId: string): Refusal =>
  networkRefusal(400, {
    code: 'InvalidResourceReference',
    message:
      `Resource ${resourceId} referenced by resource ${userId} was not found. ` +
      'Please make sure that the referenced resource exists, and that both resources are in the same region.',
  })

export const propertyChange = (property: string): Refusal =>
  networkRefusal(400, {
    code: 'PropertyChangeNotAllowed',
    message: `Changing property '${property}' is not allowed.`,
  })

interface Written {
  readonly id: string
  etag: string
  state: ProvisioningState
  operation: Operation | undefined
}

export interface Write {
  /** `PutSubnetOperation` and the like. */
  readonly name: string
  readonly location: string
  readonly seconds: number
  readonly retryAfter: number
}

export const writeOf = (
  name: string,
  location: string,
  { retryAfter }: Duration,
  seconds: number,
): Write => ({
  name,
  location,
  seconds,
  retryAfter,
})

/** Starts the operation of a write; while it runs, another write of the resource is refused. */
export function begin(
  call: Call,
  resource: Written,
  write: Write,
  finish: () => Failure | undefined | void,
): Operation {
  const { world } = call
  if (resource.operation?.status === 'InProgress') throw anotherOperation(world, resource.operation)
  const operation = world.operations.start(
    {
      format: 'network',
      subscriptionId: subscription(call).id,
      place: write.location,
      name: write.name,
      retryAfter: write.retryAfter,
      seconds: write.seconds,
      apiVersion: call.apiVersion,
    },
    finish,
  )
  resource.operation = operation
  return operation
}

/** The answer of a PUT: 201 with a Retry-After for what is new, 200 without one for an update. */
export const putAnswer = (
  world: World,
  operation: Operation,
  isNew: boolean,
  body: unknown,
): Answer => ({
  status: isNew ? 201 : 200,
  headers: world.operations.headers(operation, { location: false, retryAfter: isNew }),
  body,
})

export const deleteAnswer = (world: World, operation: Operation): Answer => ({
  status: 202,
  headers: world.operations.headers(operation, { location: true }),
})
