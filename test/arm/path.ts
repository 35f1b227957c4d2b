/**
 * Request paths: split, decoded and checked. A path with an empty, a `.` or `..` segment or an encoded
 * slash never reaches a handler. Names keep their case; everything compares without.
 */
import { Refusal } from './answer.ts'

const invalid = (why: string): Refusal =>
  new Refusal(400, { code: 'InvalidRequestUri', message: `The request URI is invalid: ${why}.` })

/**
 * The segments of a raw path, decoded. A doubled first slash is taken as one, as by ARM: clients make it
 * of an endpoint that ends with a slash.
 */
export const segmentsOf = (rawPath: string): readonly string[] =>
  rawPath
    .replace(/^\/\/(?=[^/])/, '/')
    .split('/')
    .slice(1)
    .map(segmentOf)

function segmentOf(raw: string): string {
  let segment: string
  try {
    segment = decodeURIComponent(raw)
  } catch {
    throw invalid(`'${raw}' is not an encoded segment`)
  }
  if (segment === '') throw invalid('it has an empty segment')
  if (segment === '.' || segment === '..') throw invalid(`it has a segment '${segment}'`)
  if (/[/\\?#\u0000-\u001f\u007f]/.test(segment)) {
    throw invalid(`segment '${raw}' holds a character that no name has`)
  }
  return segment
}

/** An id taken apart. */
export interface Parts {
  readonly subscriptionId: string
  readonly resourceGroup: string
  /** As ARM spells it in the text given, e.g. `Microsoft.Network/virtualNetworks/subnets`. */
  readonly type: string
  readonly names: readonly string[]
}

/** Takes a resource's id apart; undefined when it is none. */
export function partsOf(id: string): Parts | undefined {
  const [
    empty,
    subscriptions,
    subscriptionId,
    groups,
    resourceGroup,
    providers,
    namespace,
    ...rest
  ] = id.split('/')
  if (empty !== '' || subscriptions?.toLowerCase() !== 'subscriptions') return undefined
  if (groups?.toLowerCase() !== 'resourcegroups' || providers?.toLowerCase() !== 'providers')
    return undefined
  if (!subscriptionId || !resourceGroup || !namespace || rest.length === 0 || rest.length % 2 !== 0)
    return undefined
  if (rest.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return undefined
  const types = rest.filter((_, index) => index % 2 === 0)
  const names = rest.filter((_, index) => index % 2 === 1)
  return { subscriptionId, resourceGroup, type: [namespace, ...types].join('/'), names }
}

/** Whether the id names a resource of this type. */
export const isOfType = (id: string, type: string): boolean =>
  partsOf(id)?.type.toLowerCase() === type.toLowerCase()

export const keyOf = (id: string): string => id.toLowerCase()
export const sameId = (a: string, b: string): boolean => keyOf(a) === keyOf(b)
export const lastName = (id: string): string => id.slice(id.lastIndexOf('/') + 1)
export const subscriptionOf = (id: string): string => id.split('/')[2] ?? ''
export const groupNameOf = (id: string): string => id.split('/')[4] ?? ''
/** The id of the resource that a child resource belongs to. */
export const parentOf = (id: string): string => id.split('/').slice(0, -2).join('/')

/** `West Europe`, `westeurope` and `WestEurope` are one region. */
export const shortLocation = (location: string): string =>
  location.toLowerCase().replaceAll(' ', '')
