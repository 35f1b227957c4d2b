/** By what endpoint objects are found, where others have to know of them. Pure. */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { Index, Store } from '../kubernetes/port.ts'
import { claimOf } from './claim.ts'

type Objects = Index<PostgresPrivateEndpoint>
type Endpoints = Pick<Store<PostgresPrivateEndpoint>, 'by'>

const byClaim: Objects = {
  keysOf: (object) => {
    const claim = claimOf(object)
    return claim === '' ? [] : [claim]
  },
}
const byServer: Objects = { keysOf: ({ spec }) => [spec.serverId.toLowerCase()] }
const bySubnet: Objects = { keysOf: ({ spec }) => [spec.subnetId.toLowerCase()] }
const byZone: Objects = {
  keysOf: ({ status }) => {
    const zoneId = status?.dns?.zoneId
    return zoneId === undefined ? [] : [zoneId.toLowerCase()]
  },
}

/** Those that want the same private endpoint, this one among them. */
export const claimants = (endpoints: Endpoints, object: PostgresPrivateEndpoint) =>
  endpoints.by(byClaim, claimOf(object))

export const inSubnet = (endpoints: Endpoints, subnetId: string) =>
  endpoints.by(bySubnet, subnetId.toLowerCase())

/** As their status says. */
export const inZone = (endpoints: Endpoints, zoneId: string) =>
  endpoints.by(byZone, zoneId.toLowerCase())

/** Those with the same server or subnet. */
export const neighbours = (
  endpoints: Endpoints,
  { spec }: PostgresPrivateEndpoint,
): Iterable<PostgresPrivateEndpoint> =>
  new Set([
    ...endpoints.by(byServer, spec.serverId.toLowerCase()),
    ...inSubnet(endpoints, spec.subnetId),
  ])
