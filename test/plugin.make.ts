/** Objects as the API server stores them, for tests of kubectl-pgpe. */
import type {
  EndpointConnectionDecision,
  WrittenDecisionSpec,
} from '../operator/api/connection-decision.ts'
import * as decision from '../operator/api/connection-decision.ts'
import type { Metadata, StoredCondition } from '../operator/api/kubernetes.ts'
import type {
  PostgresPrivateEndpoint,
  WrittenEndpointSpec,
} from '../operator/api/private-endpoint.ts'
import * as endpoint from '../operator/api/private-endpoint.ts'
import { complete } from '../operator/api/value.ts'

export const subscription = '0f0a1b2c-3d4e-4f60-8a9b-0c1d2e3f4a5b'
export const stranger = '99999999-9999-4999-8999-999999999999'
const inGroup = (group: string, of = subscription): string =>
  `/subscriptions/${of}/resourceGroups/${group}/providers`

export const ids = {
  server: `${inGroup('data')}/Microsoft.DBforPostgreSQL/flexibleServers/orders`,
  subnet: `${inGroup('net')}/Microsoft.Network/virtualNetworks/hub/subnets/apps`,
  endpoint: `${inGroup('net')}/Microsoft.Network/privateEndpoints/pe-orders`,
  vendors: `${inGroup('dbt', stranger)}/Microsoft.Network/privateEndpoints/dbt`,
  zone: `${inGroup('dns')}/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com`,
  zoneGroup: `${inGroup('net')}/Microsoft.Network/privateEndpoints/pe-orders/privateDnsZoneGroups/default`,
  link: `${inGroup('dns')}/Microsoft.Network/privateDnsZones/privatelink.postgres.database.azure.com/virtualNetworkLinks/hub`,
  interface: `${inGroup('net')}/Microsoft.Network/networkInterfaces/pe-orders.nic`,
}
export const connectionName = 'dbt.837ee716-0000-4f60-8a9b-0c1d2e3f4a5b'

let uids = 0
const metadata = (given: Partial<Metadata>): Metadata => ({
  ...{ namespace: 'team', name: 'orders', generation: 1, resourceVersion: '7' },
  ...{ uid: `uid-${uids++}`, creationTimestamp: '2026-11-21T11:00:00Z' },
  ...given,
})

export const condition = (
  type: string,
  status: StoredCondition['status'],
  reason: string,
  message = '',
  lastTransitionTime = '2026-11-21T11:30:00Z',
): StoredCondition => ({
  ...{ type, status, reason, message, lastTransitionTime },
  observedGeneration: 1,
})

export const endpointObject = (
  status?: PostgresPrivateEndpoint['status'],
  spec: Partial<WrittenEndpointSpec> = {},
  meta: Partial<Metadata> = {},
): PostgresPrivateEndpoint => ({
  apiVersion: endpoint.apiVersion,
  kind: endpoint.kind,
  metadata: metadata(meta),
  spec: complete(endpoint.spec, {
    ...{ serverId: ids.server, subnetId: ids.subnet, resourceGroup: 'net' },
    ...spec,
  }),
  ...(status !== undefined && { status }),
})

export const decisionObject = (
  status?: EndpointConnectionDecision['status'],
  spec: Partial<WrittenDecisionSpec> = {},
  meta: Partial<Metadata> = {},
): EndpointConnectionDecision => ({
  apiVersion: decision.apiVersion,
  kind: decision.kind,
  metadata: metadata(meta),
  spec: complete(decision.spec, { serverId: ids.server, ...spec }),
  ...(status !== undefined && { status }),
})

/** Made, approved, resolved. */
export const settled: NonNullable<PostgresPrivateEndpoint['status']> = {
  observedGeneration: 1,
  conditions: [condition('Ready', 'True', 'Ready')],
  privateEndpointId: ids.endpoint,
  provisioningState: 'Succeeded',
  server: 'orders',
  serverState: 'Ready',
  connection: { name: 'pe-orders', state: 'Approved', description: 'Approved by Ada' },
  networkInterfaceId: ids.interface,
  privateIPAddresses: ['10.0.1.4'],
  fqdns: ['orders.privatelink.postgres.database.azure.com'],
  dns: {
    zoneId: ids.zone,
    zoneGroupId: ids.zoneGroup,
    virtualNetworkLinkIds: [ids.link],
    records: [
      { fqdn: 'orders.privatelink.postgres.database.azure.com', ipAddresses: ['10.0.1.4'] },
    ],
  },
}
