/**
 * What all writes of private DNS share: preconditions, operations in its format, its error words, and
 * that nothing of it has a region.
 */
import type { Answer, Failure } from '../answer.ts'
import { Refusal, gateway } from '../answer.ts'
import type { Call } from '../call.ts'
import { subscription } from '../call.ts'
import { durations, secondsOf } from '../duration.ts'
import { parentNotFound } from '../gateway.ts'
import type { Operation } from '../operation.ts'
import { groupNameOf, shortLocation } from '../path.ts'
import type { Zone } from '../records.ts'
import type { World } from '../world.ts'

export const zoneType = 'Microsoft.Network/privateDnsZones'

/** Private DNS says so for whatever is wrong with a body. */
export const badRequest = (message: string): Refusal =>
  new Refusal(400, { code: 'BadRequest', message })

/** Recorded: zones and record sets have bare guids for etags. */
export const etag = (world: World, id: string): string =>
  world.dice.guid(`etag ${id.toLowerCase()}`)

/** What is not in one place for all. */
export function checkGlobal(location: string | undefined, type: string): void {
  if (location === undefined || location === '') {
    throw new Refusal(
      400,
      {
        code: 'LocationRequired',
        message: 'The location property is required for this definition.',
      },
      gateway,
    )
  }
  if (shortLocation(location) === 'global') return
  throw new Refusal(
    400,
    {
      code: 'LocationNotAvailableForResourceType',
      message:
        `The provided location '${location}' is not available for resource type '${type}'. ` +
        "List of available regions for the resource type is 'global'.",
    },
    gateway,
  )
}

/** `If-Match` and `If-None-Match`, as documented for every write; 412 otherwise. */
export function checkPreconditions(
  call: Call,
  existing: { readonly etag: string } | undefined,
  what: string,
): void {
  const match = call.headers['if-match']
  const noneMatch = call.headers['if-none-match']
  const refused = (why: string): Refusal =>
    new Refusal(412, { code: 'PreconditionFailed', message: `The ${what} ${why}` })
  if (noneMatch === '*' && existing !== undefined)
    throw refused('exists already and hence cannot be created again.')
  if (match === undefined) return
  if (existing === undefined)
    throw refused('does not exist and hence cannot be updated or deleted.')
  if (match !== '*' && bare(match) !== bare(existing.etag)) {
    throw refused(
      `has been modified (etag mismatch): it is '${existing.etag}', '${match}' was given.`,
    )
  }
}

const bare = (tag: string): string => tag.replace(/^W\//, '').replaceAll('"', '')

interface Written {
  readonly id: string
  operation: Operation | undefined
}

/** Starts the operation of a write; while it runs, another write of the resource is refused. */
export function begin(
  call: Call,
  resource: Written,
  called: string,
  finish: () => Failure | undefined | void,
): Operation {
  if (resource.operation?.status === 'InProgress') {
    throw new Refusal(409, {
      code: 'Conflict',
      message: `The request for '${resource.id}' failed because another operation on it is in progress. Please try again later.`,
    })
  }
  const operation = call.world.operations.start(
    {
      format: 'dns',
      subscriptionId: subscription(call).id,
      place: groupNameOf(resource.id),
      name: called,
      retryAfter: durations.dns.retryAfter,
      seconds: secondsOf(call.world, 'dns', resource.id),
      apiVersion: call.apiVersion,
    },
    finish,
  )
  resource.operation = operation
  return operation
}

/** Recorded: a PUT is answered by an empty object, a DELETE by nothing. */
export const accepted = (
  world: World,
  operation: Operation,
  body?: Readonly<Record<string, never>>,
): Answer => ({
  status: 202,
  headers: world.operations.headers(operation, { location: true }),
  ...(body === undefined ? {} : { body }),
})

/** The zone that something is put into: ARM knows one from the end of the operation that made it. */
export function usableZone(world: World, zoneId: string, type: string): Zone {
  const zone = world.zones.get(zoneId)
  if (zone === undefined || zone.state === 'Creating') throw parentNotFound('write', type, zoneId)
  if (zone.state === 'Deleting') {
    throw new Refusal(409, { code: 'Conflict', message: `The zone '${zoneId}' is being deleted.` })
  }
  return zone
}
