/** The least valid object of each kind, and what a test changes in it. */
import * as decision from '../../operator/api/connection-decision.ts'
import * as endpoint from '../../operator/api/private-endpoint.ts'
import type { Json, JsonObject } from '../../operator/api/schema.ts'

const subscription = '/subscriptions/0f0a1b2c-3d4e-4f60-8a9b-0c1d2e3f4a5b'
const inGroup = `${subscription}/resourceGroups/data.prod_(1)/providers`

/** A right id of each type. */
export const ids = {
  server: `${inGroup}/Microsoft.DBforPostgreSQL/flexibleServers/orders`,
  otherServer: `${inGroup}/Microsoft.DBforPostgreSQL/flexibleServers/billing`,
  subnet: `${inGroup}/Microsoft.Network/virtualNetworks/hub/subnets/endpoints`,
  otherSubnet: `${inGroup}/Microsoft.Network/virtualNetworks/hub/subnets/others`,
  virtualNetwork: `${inGroup}/Microsoft.Network/virtualNetworks/hub`,
  applicationSecurityGroup: `${inGroup}/Microsoft.Network/applicationSecurityGroups/clients`,
  zone: `${inGroup}/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`,
  privateEndpoint: `${inGroup}/Microsoft.Network/privateEndpoints/orders`,
  resourceGroup: `${subscription}/resourceGroups/data.prod_(1)`,
  subscription: '0f0a1b2c-3d4e-4f60-8a9b-0c1d2e3f4a5b',
  connection: 'orders.837ee716-0000-4f60-8a9b-0c1d2e3f4a5b',
} as const

export type KindName = 'endpoint' | 'decision'

export const kinds = {
  endpoint: {
    ...endpoint,
    spec: { serverId: ids.server, subnetId: ids.subnet, resourceGroup: 'network' },
  },
  decision: { ...decision, spec: { serverId: ids.server } },
} as const

const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** As a JSON merge patch: null removes, objects merge, all else replaces. */
export function merged(base: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, Json> = { ...base }
  for (const [name, value] of Object.entries(patch)) {
    const before = result[name]
    if (value === null) delete result[name]
    else result[name] = isObject(value) ? merged(isObject(before) ? before : {}, value) : value
  }
  return result
}

/** A whole object: the least valid one with `patch` merged into it. */
export const manifest = (kind: KindName, namespace: string, patch: JsonObject = {}): JsonObject =>
  merged(
    {
      apiVersion: kinds[kind].apiVersion,
      kind: kinds[kind].kind,
      metadata: { name: 'orders', namespace },
      spec: kinds[kind].spec,
    },
    patch,
  )

export const path = (kind: KindName, namespace: string, name = ''): string =>
  `/apis/${kinds[kind].apiVersion}/namespaces/${namespace}/${kinds[kind].plural}${name && `/${name}`}`
