/** One object's part of a shared list, and by which keys it is found there. Pure. */
import { formatId, idKey, type Id } from '../azure/id.ts'
import { guidKey, itemsAt, serverKey } from '../azure/listing.ts'
import type { NetworkInterface, PrivateEndpoint, RecordSet } from '../azure/model.ts'
import type { Listing } from '../azure/port.ts'
import { isRunning } from './ownership.ts'

/** An interface names its endpoint, or is named by it. */
export const interfaceKeys = ({ id, networkInterfaceIds }: PrivateEndpoint): readonly string[] => [
  idKey(id),
  ...networkInterfaceIds.map((of) => of.toLowerCase()),
]

/** The endpoints on which Azure works, and the server with them. */
export const endpointsBusyWith = (
  listing: Listing<PrivateEndpoint>,
  serverId: Id<'server'>,
): readonly PrivateEndpoint[] =>
  itemsAt('privateEndpoints', listing, serverKey(formatId(serverId))).filter(isRunning)

export const interfacesOfEndpoint = (
  listing: Listing<NetworkInterface>,
  endpoint: PrivateEndpoint,
): readonly NetworkInterface[] => [
  ...new Set(interfaceKeys(endpoint).flatMap((key) => itemsAt('networkInterfaces', listing, key))),
]

export const recordsNamed = (listing: Listing<RecordSet>, name: string): readonly RecordSet[] =>
  itemsAt('recordSets', listing, name.toLowerCase())

export const endpointWithGuid = (
  listing: Listing<PrivateEndpoint>,
  resourceGuid: string,
): PrivateEndpoint | undefined => itemsAt('privateEndpoints', listing, guidKey(resourceGuid))[0]
