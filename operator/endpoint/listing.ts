/**
 * One object's part of a shared list: looked up, not searched, because thousands of objects look into
 * the same list. Each list is indexed once, for as long as it is kept.
 */
import { formatId, idKey, type Id } from '../azure/id.ts'
import type { NetworkInterface, PrivateEndpoint, RecordSet } from '../azure/model.ts'
import type { Listing } from '../azure/port.ts'
import { isRunning } from './ownership.ts'

type Index<T> = ReadonlyMap<string, readonly T[]>

/** @param keysOf under which an item is found */
const indexed = <T>(keysOf: (item: T) => readonly string[]) => {
  const indices = new WeakMap<Listing<T>, Index<T>>()
  return (listing: Listing<T>): Index<T> => {
    const known = indices.get(listing)
    if (known !== undefined) return known
    const made = new Map<string, T[]>()
    for (const item of listing.items) {
      for (const key of keysOf(item)) made.set(key, [...(made.get(key) ?? []), item])
    }
    indices.set(listing, made)
    return made
  }
}

const byEndpointOrId = indexed<NetworkInterface>((nic) => [
  idKey(nic.id),
  ...(nic.privateEndpointId === undefined ? [] : [nic.privateEndpointId.toLowerCase()]),
])
const byName = indexed<RecordSet>(({ name }) => [name.toLowerCase()])
const byGuid = indexed<PrivateEndpoint>(({ resourceGuid }) =>
  resourceGuid === undefined ? [] : [resourceGuid.toLowerCase()],
)

const byBusyServer = indexed<PrivateEndpoint>((endpoint) =>
  isRunning(endpoint) && endpoint.connection !== undefined
    ? [endpoint.connection.serverId.toLowerCase()]
    : [],
)

/** The endpoints on which Azure works, and the server with them. */
export const endpointsBusyWith = (
  listing: Listing<PrivateEndpoint>,
  serverId: Id<'server'>,
): readonly PrivateEndpoint[] => byBusyServer(listing).get(formatId(serverId).toLowerCase()) ?? []

/** Those that name the endpoint, and those that it names. */
export function interfacesOfEndpoint(
  listing: Listing<NetworkInterface>,
  { id, networkInterfaceIds }: PrivateEndpoint,
): readonly NetworkInterface[] {
  const index = byEndpointOrId(listing)
  const keys = [idKey(id), ...networkInterfaceIds.map((of) => of.toLowerCase())]
  return [...new Set(keys.flatMap((key) => index.get(key) ?? []))]
}

export const recordsNamed = (listing: Listing<RecordSet>, name: string): readonly RecordSet[] =>
  byName(listing).get(name.toLowerCase()) ?? []

export const endpointWithGuid = (
  listing: Listing<PrivateEndpoint>,
  resourceGuid: string,
): PrivateEndpoint | undefined => byGuid(listing).get(resourceGuid.toLowerCase())?.[0]
