/**
 * Which path, API version and SDK serve each resource and each list. A table; the paths come from typed
 * ids alone. The versions are those that the installed SDKs send; a test compares them with the SDKs' own
 * requests.
 */
import { formatId, types, type Id } from './id.ts'
import type { Kind } from './model.ts'
import type { ListScope } from './port.ts'

/** The SDK whose pipeline carries the request. */
export type Provider = 'network' | 'dns' | 'postgres'

/** A request's target, without the cloud's host. */
export interface Route {
  readonly provider: Provider
  readonly path: string
  readonly query: string
  /** For metrics and logs: the ARM type, with `/list` or the name of an action behind it. */
  readonly type: string
  readonly subscriptionId: string
  /** Digest of the answer that is known: the same one is not decoded again. */
  readonly known?: number
}

interface Version {
  readonly provider: Provider
  readonly apiVersion: string
}

const network: Version = { provider: 'network', apiVersion: '2026-01-01' }
const dns: Version = { provider: 'dns', apiVersion: '2024-06-01' }
const postgres: Version = { provider: 'postgres', apiVersion: '2025-08-01' }

const versions: { readonly [K in Kind]: Version } = {
  resourceGroup: { provider: 'network', apiVersion: '2025-04-01' },
  virtualNetwork: network,
  subnet: network,
  networkInterface: network,
  privateEndpoint: network,
  zoneGroup: network,
  zone: dns,
  virtualNetworkLink: dns,
  recordSet: dns,
  server: postgres,
  connection: postgres,
  privateLinkResource: postgres,
}

/** For logs and metrics: resource groups have no type of their own in `types`. */
export const typeName = (kind: Kind): string =>
  types[kind] === '' ? 'Microsoft.Resources/resourceGroups' : types[kind]

/** GET, PUT and DELETE of one resource. */
export const routeOf = (id: Id<Kind>): Route => ({
  provider: versions[id.kind].provider,
  path: formatId(id),
  query: `api-version=${versions[id.kind].apiVersion}`,
  type: typeName(id.kind),
  subscriptionId: id.subscriptionId,
})

/** What the items of each list are. */
export const listed = {
  servers: 'server',
  privateEndpoints: 'privateEndpoint',
  networkInterfaces: 'networkInterface',
  virtualNetworks: 'virtualNetwork',
  zones: 'zone',
  virtualNetworkLinks: 'virtualNetworkLink',
  recordSets: 'recordSet',
  zoneGroups: 'zoneGroup',
  privateLinkResources: 'privateLinkResource',
} as const satisfies { readonly [L in ListScope['list']]: Kind }

/** Private DNS pages hold 100 items unless more are asked for; all other lists come in pages of 1,000. */
const largePages = '$top=1000'

/** The first page of a list. */
export function routeOfList(scope: ListScope): Route {
  const kind = listed[scope.list]
  const { provider, apiVersion } = versions[kind]
  const pages = provider === 'dns' ? `&${largePages}` : ''
  return {
    provider,
    path: pathOfList(scope, kind),
    query: `api-version=${apiVersion}${pages}`,
    type: `${typeName(kind)}/list`,
    subscriptionId: subscriptionOf(scope),
  }
}

export function subscriptionOf(scope: ListScope): string {
  switch (scope.list) {
    case 'virtualNetworkLinks':
    case 'recordSets':
      return scope.zoneId.subscriptionId
    case 'zoneGroups':
      return scope.endpointId.subscriptionId
    case 'privateLinkResources':
      return scope.serverId.subscriptionId
    case 'servers':
    case 'privateEndpoints':
    case 'networkInterfaces':
    case 'virtualNetworks':
    case 'zones':
      return scope.subscriptionId
  }
}

function pathOfList(scope: ListScope, kind: Kind): string {
  const last = types[kind].split('/').at(-1) ?? ''
  switch (scope.list) {
    case 'virtualNetworkLinks':
    case 'recordSets':
      return `${formatId(scope.zoneId)}/${last}`
    case 'zoneGroups':
      return `${formatId(scope.endpointId)}/${last}`
    case 'privateLinkResources':
      return `${formatId(scope.serverId)}/${last}`
    case 'privateEndpoints':
    case 'networkInterfaces':
      return `${groupPath(scope.subscriptionId, scope.resourceGroup)}/providers/${types[kind]}`
    case 'servers':
    case 'virtualNetworks':
    case 'zones':
      return `${groupPath(scope.subscriptionId, undefined)}/providers/${types[kind]}`
  }
}

const groupPath = (subscriptionId: string, resourceGroup: string | undefined): string =>
  `/subscriptions/${subscriptionId}` +
  (resourceGroup === undefined ? '' : `/resourceGroups/${resourceGroup}`)

/** Azure's own check of an address in a virtual network. */
export const routeOfAddressCheck = (id: Id<'virtualNetwork'>, ipAddress: string): Route => ({
  provider: 'network',
  path: `${formatId(id)}/checkIPAddressAvailability`,
  query: `ipAddress=${encodeURIComponent(ipAddress)}&api-version=${network.apiVersion}`,
  type: `${typeName('virtualNetwork')}/checkIPAddressAvailability`,
  subscriptionId: id.subscriptionId,
})

/** Of Microsoft.Network: region and number of the operation are all that is taken from the address. */
const operationPath =
  /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Network\/locations\/([a-z0-9]{2,40})\/operations\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/**
 * An operation on a resource of Microsoft.Network, by the address that Azure gave it; undefined when that
 * leads anywhere else. Azure signs the query, and it is sent as it came.
 */
export function routeOfOperation(
  { subscriptionId }: Id<Kind>,
  url: string,
  origin: string,
): Route | undefined {
  const parsed = URL.parse(url)
  const [, region, operation] = operationPath.exec(parsed?.pathname ?? '') ?? []
  if (parsed?.origin !== origin || region === undefined || operation === undefined) return undefined
  const type = 'Microsoft.Network/locations/operations'
  return {
    provider: 'network',
    path: `/subscriptions/${subscriptionId}/providers/Microsoft.Network/locations/${region}/operations/${operation}`,
    query: parsed.search.slice(1),
    type,
    subscriptionId,
  }
}
